import type { Kysely } from 'kysely'

import type { NewUser, PeopleQuery, UserStore } from '#core/domain/users/user-store.ts'
import type { User } from '#core/domain/users/user.ts'

import { listPeople } from './people-query.ts'
import { insertPerson, selectPeople, toUser } from './person-rows.ts'
import { ReadCache, type Writes } from './read-cache.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

export class SqlUserStore implements UserStore {
  readonly #db: Kysely<Tables>
  readonly #known: ReadCache<User | undefined>

  constructor(db: Kysely<Tables>, writes: Writes | undefined) {
    this.#db = db
    this.#known = new ReadCache(writes)
  }

  create(user: NewUser): Promise<User> {
    return guarded(() => insertPerson(this.#db, user))
  }

  find(name: string): Promise<User | undefined> {
    return this.#known.read(name, () =>
      guarded(async () => {
        const row = await selectPeople(this.#db).where('name', '=', name).executeTakeFirst()
        return row && toUser(row)
      }),
    )
  }

  findById(id: number): Promise<User | undefined> {
    return guarded(async () => {
      const row = await selectPeople(this.#db).where('id', '=', id).executeTakeFirst()
      return row && toUser(row)
    })
  }

  groupsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return guarded(async () => {
      const rows = await selectPeople(this.#db).where('name', 'in', names).execute()
      return new Map(rows.map(toUser).map(({ name, groups }) => [name, groups]))
    })
  }

  list(query: PeopleQuery): Promise<{ items: readonly User[]; total: number }> {
    return guarded(() => listPeople(this.#db, query))
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
