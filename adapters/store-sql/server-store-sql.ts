import type { ExpressionBuilder, Kysely, Selectable, Updateable } from 'kysely'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import type {
  ServerChange,
  ServerCondition,
  ServerDetails,
  ServerStore,
} from '#core/domain/servers/server-store.ts'
import type { Lease, Server, ServerId } from '#core/domain/servers/server.ts'

import { isOneOf } from './is-one-of.ts'
import { ReadCache, type Writes } from './read-cache.ts'
import { guarded } from './store-error.ts'
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
const AT_REST = ['stopped', 'failed'] as const
const ACTIVE = ['spawning', 'ready', 'stopping'] as const
const UNDERWAY = ['spawning', 'stopping'] as const
const WantedState = z.enum(['running', 'stopped', 'removed'])

export class SqlServerStore implements ServerStore {
  readonly #db: Kysely<Tables>
  readonly #ofPeople: ReadCache<readonly Server[]>

  readonly #kind: 'sqlite' | 'postgres'

  constructor(
    db: Kysely<Tables>,
    { kind, writes }: { readonly kind: 'sqlite' | 'postgres'; readonly writes: Writes | undefined },
  ) {
    this.#db = db
    this.#kind = kind
    this.#ofPeople = new ReadCache(writes)
  }

  find({ user, name }: ServerId): Promise<Server | undefined> {
    return guarded(async () => {
      const row = await this.#rows()
        .where('users.name', '=', user)
        .where('servers.name', '=', name)
        .executeTakeFirst()
      return row && toServer(row, row.owner)
    })
  }

  async ensure(id: ServerId, now: Date): Promise<Server> {
    const found = await this.find(id)
    if (found) return found
    await this.#insert(id, { displayName: '', userOptions: {} }, now)
    const made = await this.find(id)
    if (!made) throw new HubError('not_found', 'there is no such person')
    return made
  }

  async create(id: ServerId, about: ServerDetails, now: Date): Promise<Server> {
    if (!(await this.#insert(id, about, now)))
      throw new HubError('already_exists', 'there is such a server')
    const made = await this.find(id)
    if (!made) throw new HubError('not_found', 'there is no such person')
    return made
  }

  edit(
    id: ServerId,
    { name = id.name, ...about }: Partial<ServerDetails & { readonly name: string }>,
  ): Promise<Server | undefined> {
    return guarded(async () => {
      const update = this.#db
        .updateTable('servers')
        .set({ ...toRow(about), name })
        .where('name', '=', id.name)
        .where('user_id', '=', (eb) =>
          eb.selectFrom('users').select('id').where('name', '=', id.user),
        )
        .where('state', 'in', AT_REST)
      // A name that is taken is looked for in the same statement: two that take it at once find one another.
      const free = this.#db
        .selectFrom('servers as other')
        .innerJoin('users', 'users.id', 'other.user_id')
        .select('other.name')
        .where('users.name', '=', id.user)
        .where('other.name', '=', name)
      const row = await (name === id.name ? update : update.where((eb) => eb.not(eb.exists(free))))
        .returningAll()
        .executeTakeFirst()
      if (row) return toServer(row, id.user)
      if (name !== id.name && (await free.executeTakeFirst()))
        throw new HubError('already_exists', 'there is such a server')
      return undefined
    })
  }

  remove({ user, name }: ServerId): Promise<boolean> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('servers')
        .where('name', '=', name)
        .where('user_id', '=', (eb) => eb.selectFrom('users').select('id').where('name', '=', user))
        .where('state', 'in', AT_REST)
        .executeTakeFirst()
      return numDeletedRows > 0n
    })
  }

  listOf(userName: string): Promise<readonly Server[]> {
    return this.#ofPeople.read(userName, () =>
      guarded(async () => {
        const rows = await this.#rows()
          .where('users.name', '=', userName)
          .orderBy('servers.name')
          .execute()
        return rows.map((row) => toServer(row, row.owner))
      }),
    )
  }

  listOfAll(userNames: readonly string[]): Promise<readonly Server[]> {
    return guarded(async () => {
      const rows = await this.#rows()
        .where(isOneOf(this.#kind, 'users.name', userNames))
        .orderBy('servers.name')
        .execute()
      return rows.map((row) => toServer(row, row.owner))
    })
  }

  listActive(): Promise<readonly Server[]> {
    return guarded(async () => {
      const rows = await this.#rows().where('state', 'in', ACTIVE).execute()
      return rows.map((row) => toServer(row, row.owner))
    })
  }

  countActive(userName: string): Promise<{ readonly all: number; readonly own: number }> {
    return guarded(async () => {
      const counted = await this.#db
        .selectFrom('servers')
        .innerJoin('users', 'users.id', 'servers.user_id')
        .where('state', 'in', ACTIVE)
        .select(({ fn, eb }) => [
          fn.countAll().as('all'),
          fn.sum(eb.case().when('users.name', '=', userName).then(1).else(0).end()).as('own'),
        ])
        .executeTakeFirst()
      return { all: Number(counted?.all ?? 0), own: Number(counted?.own ?? 0) }
    })
  }

  move(id: ServerId, from: ServerCondition, change: ServerChange): Promise<Server | undefined> {
    return guarded(async () => {
      const update = this.#db
        .updateTable('servers')
        // The name as it is: a change may be empty, a statement may not.
        .set({ ...toRow(change), name: id.name })
        .where('name', '=', id.name)
        .where('user_id', '=', (eb) =>
          eb.selectFrom('users').select('id').where('name', '=', id.user),
        )
        .where((eb) => eb.and(conditionsOf(eb, from)))
      const row = await update.returningAll().executeTakeFirst()
      return row && toServer(row, id.user)
    })
  }

  touch({ user, name }: ServerId, at: Date): Promise<void> {
    return guarded(async () => {
      const later = at.getTime()
      await this.#db
        .updateTable('servers')
        .set({ last_activity: later })
        .where('name', '=', name)
        .where('user_id', '=', (eb) => eb.selectFrom('users').select('id').where('name', '=', user))
        .where((eb) => eb.or([eb('last_activity', 'is', null), eb('last_activity', '<', later)]))
        .execute()
    })
  }

  /** Whether it was not there before. @throws HubError `not_found` for an unknown person */
  #insert(id: ServerId, about: ServerDetails, now: Date): Promise<boolean> {
    return guarded(async () => {
      const user = await this.#db
        .selectFrom('users')
        .select('id')
        .where('name', '=', id.user)
        .executeTakeFirst()
      if (!user) throw new HubError('not_found', 'there is no such person')
      const { numInsertedOrUpdatedRows } = await this.#db
        .insertInto('servers')
        .values({
          user_id: user.id,
          name: id.name,
          public_id: '',
          display_name: about.displayName,
          user_options: JSON.stringify(about.userOptions),
          wanted: 'stopped',
          state: 'stopped',
          state_since: now.getTime(),
          exempt: 0,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return (numInsertedOrUpdatedRows ?? 0n) > 0n
    })
  }

  listUnderway(): Promise<readonly Server[]> {
    return guarded(async () => {
      const rows = await this.#rows().where('state', 'in', UNDERWAY).execute()
      return rows.map((row) => toServer(row, row.owner))
    })
  }

  renewLeases({ holder, until }: Lease): Promise<void> {
    return this.#setLeases(holder, { lease_until: until.getTime() })
  }

  dropLeases(holder: string): Promise<void> {
    return this.#setLeases(holder, { lease_holder: null, lease_until: null })
  }

  #setLeases(holder: string, set: Updateable<Tables['servers']>): Promise<void> {
    return guarded(async () => {
      await this.#db
        .updateTable('servers')
        .set(set)
        .where('state', 'in', UNDERWAY)
        .where('lease_holder', '=', holder)
        .execute()
    })
  }

  #rows() {
    return this.#db
      .selectFrom('servers')
      .innerJoin('users', 'users.id', 'servers.user_id')
      .selectAll('servers')
      .select('users.name as owner')
  }
}

function conditionsOf(
  eb: ExpressionBuilder<Tables, 'servers'>,
  { states, publicId, holder, lease }: ServerCondition,
) {
  return [
    eb('state', 'in', states),
    ...(publicId === undefined ? [] : [eb('public_id', '=', publicId)]),
    ...(holder === undefined ? [] : [eb('lease_holder', '=', holder)]),
    ...(lease === undefined
      ? []
      : lease === null
        ? [eb('lease_holder', 'is', null)]
        : [eb('lease_holder', '=', lease.holder), eb('lease_until', '=', lease.until.getTime())]),
  ]
}

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

function toServer(row: Selectable<Tables['servers']>, user: string): Server {
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
function toRow(change: ServerChange): Updateable<Tables['servers']> {
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
