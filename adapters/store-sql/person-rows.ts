import { type Kysely, type Selectable, sql } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import { isTaken } from './store-error.ts'
import type { Tables } from './tables.ts'
import { timeOrNull } from './time.ts'

/** A row of `users` with the names of the person's groups, which hold no slash. */
export type PersonRow = Selectable<Tables['users']> & { readonly group_names: string | null }

/** Everything about people that makes a `User`. The table stays `users` in the query. */
export function selectPeople(db: Kysely<Tables>) {
  return db.selectFrom('users').selectAll('users').select(groupNames)
}

/** The names of the groups of the row of `users` that a query is at, as one text. */
export const groupNames = sql<
  string | null
>`(select string_agg("groups".name, '/') from group_members inner join "groups" on "groups".id = group_members.group_id where group_members.user_id = users.id)`.as(
  'group_names',
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
  }
}

/** @throws HubError `already_exists` */
export async function insertPerson(
  db: Kysely<Tables>,
  {
    name,
    admin,
    createdAt,
  }: { readonly name: string; readonly admin: boolean; readonly createdAt: Date },
): Promise<User> {
  try {
    const values = {
      name,
      admin: Number(admin),
      created_at: createdAt.getTime(),
      last_activity: null,
      locked: 0,
      home: name,
    }
    const row = await db.insertInto('users').values(values).returningAll().executeTakeFirstOrThrow()
    return toUser({ ...row, group_names: null })
  } catch (error) {
    if (isTaken(error))
      throw new HubError('already_exists', `there is somebody named ${name} already`, {
        cause: error,
      })
    throw error
  }
}
