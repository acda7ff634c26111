import type { Kysely } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import type { ServerId } from '#core/domain/servers/server.ts'
import type { Share, ShareCode, ShareTarget } from '#core/domain/shares/share.ts'

import type { Tables } from './tables.ts'
import { timeOrNull } from './time.ts'

/** Shares with the names of everyone who takes part, and whether the server runs. */
export function selectShares(db: Kysely<Tables>) {
  return db
    .selectFrom('shares')
    .innerJoin('users as owners', 'owners.id', 'shares.owner_id')
    .innerJoin('servers', (join) =>
      join
        .onRef('servers.user_id', '=', 'shares.owner_id')
        .onRef('servers.name', '=', 'shares.server_name'),
    )
    .leftJoin('users as guests', 'guests.id', 'shares.user_id')
    .leftJoin('groups', 'groups.id', 'shares.group_id')
    .select([
      'shares.id',
      'shares.server_name',
      'shares.scopes',
      'shares.created_at',
      'owners.name as owner',
      'servers.state',
      'guests.name as guest',
      'groups.name as guest_group',
    ])
}

type ShareRow = Awaited<ReturnType<ReturnType<typeof selectShares>['executeTakeFirstOrThrow']>>

export function toShare(row: ShareRow): Share {
  const target: ShareTarget =
    row.guest === null
      ? { kind: 'group', name: row.guest_group ?? '' }
      : { kind: 'user', name: row.guest }
  return {
    id: row.id,
    server: { user: row.owner, name: row.server_name },
    ready: row.state === 'ready',
    target,
    scopes: readScopes(row.scopes),
    createdAt: new Date(row.created_at),
  }
}

export function selectCodes(db: Kysely<Tables>) {
  return db
    .selectFrom('share_codes')
    .innerJoin('users as owners', 'owners.id', 'share_codes.owner_id')
    .innerJoin('servers', (join) =>
      join
        .onRef('servers.user_id', '=', 'share_codes.owner_id')
        .onRef('servers.name', '=', 'share_codes.server_name'),
    )
    .select([
      'share_codes.id',
      'share_codes.server_name',
      'share_codes.scopes',
      'share_codes.created_at',
      'share_codes.expires_at',
      'share_codes.exchanges',
      'share_codes.last_exchanged_at',
      'owners.name as owner',
      'servers.state',
    ])
}

type CodeRow = Awaited<ReturnType<ReturnType<typeof selectCodes>['executeTakeFirstOrThrow']>>

export function toCode(row: CodeRow): ShareCode {
  return {
    id: row.id,
    server: { user: row.owner, name: row.server_name },
    ready: row.state === 'ready',
    scopes: readScopes(row.scopes),
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    exchanges: row.exchanges,
    lastExchangedAt: timeOrNull(row.last_exchanged_at),
  }
}

export const readScopes = (text: string) => text.split(' ')
export const writeScopes = (scopes: Iterable<string>) => [...new Set(scopes)].toSorted().join(' ')

/** The ids that stand for a server. @throws HubError `not_found` */
export async function serverKeyOf(
  db: Kysely<Tables>,
  { user, name }: ServerId,
): Promise<{ readonly owner_id: number; readonly server_name: string }> {
  const row = await db
    .selectFrom('servers')
    .innerJoin('users', 'users.id', 'servers.user_id')
    .select('users.id')
    .where('users.name', '=', user)
    .where('servers.name', '=', name)
    .executeTakeFirst()
  if (!row) throw new HubError('not_found', 'there is no such server')
  return { owner_id: row.id, server_name: name }
}

/**
 * As `serverKeyOf`, and until the transaction ends nobody else changes what is shared of the server: what is read is what is
 * changed. (In PostgreSQL transactions go on side by side.)
 */
export async function lockServer(
  db: Kysely<Tables>,
  server: ServerId,
): Promise<Awaited<ReturnType<typeof serverKeyOf>>> {
  const key = await serverKeyOf(db, server)
  await db
    .updateTable('servers')
    .set({ name: key.server_name })
    .where('user_id', '=', key.owner_id)
    .where('name', '=', key.server_name)
    .execute()
  return key
}

/** The ids that stand for whom something is shared with. @throws HubError `not_found` */
export async function targetKeyOf(
  db: Kysely<Tables>,
  { kind, name }: ShareTarget,
): Promise<{ readonly user_id: number | null; readonly group_id: number | null }> {
  const row = await db
    .selectFrom(kind === 'user' ? 'users' : 'groups')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirst()
  if (!row)
    throw new HubError('not_found', `there is no such ${kind === 'user' ? 'person' : 'group'}`)
  return kind === 'user' ? { user_id: row.id, group_id: null } : { user_id: null, group_id: row.id }
}
