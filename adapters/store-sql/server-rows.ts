import type { Selectable, Updateable } from 'kysely'
import * as z from 'zod'

import type { ServerChange } from '#core/domain/servers/server-store.ts'
import type { Lease, Server } from '#core/domain/servers/server.ts'

import { stored, storedJson } from './stored.ts'
import type { Tables } from './tables.ts'
import { msOrNull, timeOrNull } from './time.ts'

const Handle = z
  .object({ adapter: z.string(), publicId: z.string() })
  .catchall(z.union([z.string(), z.number()]))
const Address = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unix'), path: z.string(), owner: z.number() }),
  z.object({ kind: z.literal('tcp'), host: z.string(), port: z.number() }),
])
const StoredFailure = z.object({ reason: z.string(), log: z.array(z.string()) })
const Options = z.record(z.string(), z.unknown())
const State = z.enum(['stopped', 'spawning', 'ready', 'stopping', 'failed'])
const WantedState = z.enum(['running', 'stopped', 'removed'])

function leaseColumns(lease: Lease | null | undefined): Updateable<Tables['servers']> {
  if (lease === undefined) return {}
  return { lease_holder: lease?.holder ?? null, lease_until: msOrNull(lease?.until ?? null) }
}

function leaseOf({
  lease_holder: holder,
  lease_until: until,
}: Selectable<Tables['servers']>): Lease | null {
  return holder === null || until === null ? null : { holder, until: new Date(until) }
}

/** A row as the domain has it; `user` is its owner's name. */
export function toServer(row: Selectable<Tables['servers']>, user: string): Server {
  const json = <T>(schema: z.ZodType<T>, text: string | null) =>
    text === null ? null : storedJson(schema, text)
  return {
    id: { user, name: row.name },
    userId: row.user_id,
    publicId: row.public_id,
    displayName: row.display_name,
    userOptions: storedJson(Options, row.user_options),
    wanted: stored(WantedState, row.wanted),
    state: stored(State, row.state),
    stateSince: new Date(row.state_since),
    startedAt: timeOrNull(row.started_at),
    handle: json(Handle, row.handle),
    address: json(Address, row.address),
    failure: json(StoredFailure, row.failure),
    lastActivity: timeOrNull(row.last_activity),
    lease: leaseOf(row),
    keptAt: timeOrNull(row.kept_at),
    exempt: row.exempt === 1,
  }
}

function keepColumns({ keptAt, exempt }: ServerChange): Updateable<Tables['servers']> {
  return {
    ...(keptAt !== undefined && { kept_at: msOrNull(keptAt) }),
    ...(exempt !== undefined && { exempt: exempt ? 1 : 0 }),
  }
}

/** Only what the change names. */
export function toRow(change: ServerChange): Updateable<Tables['servers']> {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  return {
    ...keepColumns(change),
    ...(change.publicId !== undefined && { public_id: change.publicId }),
    ...(change.displayName !== undefined && { display_name: change.displayName }),
    ...(change.userOptions !== undefined && {
      user_options: JSON.stringify(change.userOptions),
    }),
    ...(change.wanted !== undefined && { wanted: change.wanted }),
    ...(change.state !== undefined && { state: change.state }),
    ...(change.stateSince !== undefined && { state_since: change.stateSince.getTime() }),
    ...(change.startedAt !== undefined && { started_at: msOrNull(change.startedAt) }),
    ...(change.handle !== undefined && { handle: json(change.handle) }),
    ...(change.address !== undefined && { address: json(change.address) }),
    ...(change.failure !== undefined && { failure: json(change.failure) }),
    ...leaseColumns(change.lease),
    ...(change.lastActivity !== undefined && { last_activity: msOrNull(change.lastActivity) }),
  }
}
