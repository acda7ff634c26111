import { type Kysely, type Selectable, sql } from 'kysely'

import type { User } from '#core/domain/users/user.ts'

import type { Tables } from './tables.ts'
import { timeOrNull } from './time.ts'

/** A row of `users`, with the names of the person's groups and what others share with him, each as one text. */
export type PersonRow = Selectable<Tables['users']> & {
  readonly group_names: string | null
  readonly shared: string | null
}

/** Everything about people that makes a `User`. The table stays `users` in the query. */
export function selectPeople(db: Kysely<Tables>) {
  return db.selectFrom('users').selectAll('users').select([groupNames, sharedScopes])
}

/** The names of the groups of the row of `users` that a query is at, as one text. */
export const groupNames = sql<
  string | null
>`(select string_agg("groups".name, '/') from group_members inner join "groups" on "groups".id = group_members.group_id where group_members.user_id = users.id)`.as(
  'group_names',
)

/**
 * What others share with the person, or with one of his groups, as `owner/server|scope scope` with semicolons between them: none
 * of them is part of a name.
 */
export const sharedScopes = sql<
  string | null
>`(select string_agg(owners.name || '/' || shares.server_name || '|' || shares.scopes, ';') from shares inner join users as owners on owners.id = shares.owner_id where shares.user_id = users.id or shares.group_id in (select group_id from group_members where group_members.user_id = users.id))`.as(
  'shared',
)

export function toUser(row: PersonRow): User {
  return {
    id: row.id,
    name: row.name,
    admin: row.admin === 1,
    createdAt: new Date(row.created_at),
    lastActivity: timeOrNull(row.last_activity),
    locked: row.locked === 1,
    groups: row.group_names === null ? [] : row.group_names.split('/').toSorted(),
    home: row.home,
    shared: row.shared === null ? [] : row.shared.split(';').flatMap(readShared),
  }
}

function readShared(text: string): readonly string[] {
  const [server = '', scopes = ''] = text.split('|')
  return scopes.split(' ').map((scope) => `${scope}!server=${server}`)
}
