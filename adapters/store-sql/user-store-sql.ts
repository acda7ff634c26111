import type { Kysely, Selectable } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import type { Page, UserStore } from '#core/domain/users/user-store.ts'
import type { User } from '#core/domain/users/user.ts'

import { guarded, isTaken } from './store-error.ts'
import type { Tables } from './tables.ts'
import { timeOrNull } from './time.ts'

export class SqlUserStore implements UserStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  create({
    name,
    admin,
    createdAt,
  }: {
    readonly name: string
    readonly admin: boolean
    readonly createdAt: Date
  }): Promise<User> {
    return guarded(async () => {
      try {
        const values = {
          name,
          admin: Number(admin),
          created_at: createdAt.getTime(),
          last_activity: null,
        }
        return toUser(
          await this.#db
            .insertInto('users')
            .values(values)
            .returningAll()
            .executeTakeFirstOrThrow(),
        )
      } catch (error) {
        if (isTaken(error))
          throw new HubError('already_exists', `there is somebody named ${name} already`, {
            cause: error,
          })
        throw error
      }
    })
  }

  find(name: string): Promise<User | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('users')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst()
      return row && toUser(row)
    })
  }

  findById(id: number): Promise<User | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('users')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && toUser(row)
    })
  }

  list({ offset, limit }: Page): Promise<{ items: readonly User[]; total: number }> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('users')
        .selectAll()
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute()
      const { total } = await this.#db
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { items: rows.map(toUser), total }
    })
  }

  remove(id: number): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('users').where('id', '=', id).execute()
    })
  }

  touch(id: number, at: Date): Promise<void> {
    return guarded(async () => {
      const later = at.getTime()
      await this.#db
        .updateTable('users')
        .set({ last_activity: later })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_activity', 'is', null), eb('last_activity', '<', later)]))
        .execute()
    })
  }
}

export function toUser(
  row: Pick<Selectable<Tables['users']>, 'id' | 'name' | 'admin' | 'created_at' | 'last_activity'>,
): User {
  return {
    id: row.id,
    name: row.name,
    admin: row.admin === 1,
    createdAt: new Date(row.created_at),
    lastActivity: timeOrNull(row.last_activity),
  }
}
