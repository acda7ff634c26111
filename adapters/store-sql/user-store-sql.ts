import type { Kysely } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import { filesAreThere } from '#core/domain/users/files-are-there.ts'
import type {
  NewUser,
  OldFiles,
  PeopleQuery,
  RemovedPerson,
  UserChange,
  UserStore,
} from '#core/domain/users/user-store.ts'
import type { User } from '#core/domain/users/user.ts'

import { listPeople } from './people-query.ts'
import { rejoinConfigured } from './configured-groups.ts'
import { insertMissing, insertPerson } from './new-people.ts'
import { selectPeople, toUser } from './person-rows.ts'
import { ReadCache, type Writes } from './read-cache.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlUserStore implements UserStore {
  readonly #db: Kysely<Tables>
  readonly #known: ReadCache<User | undefined>

  constructor(db: Kysely<Tables>, writes: Writes | undefined) {
    this.#db = db
    this.#known = new ReadCache(writes)
  }

  create(user: NewUser & { readonly files?: OldFiles | undefined }): Promise<User> {
    return guarded(() => transact(this.#db, (db) => insertPerson(db, user)))
  }

  createMissing(users: readonly NewUser[]): Promise<readonly User[]> {
    return guarded(() => transact(this.#db, (db) => insertMissing(db, users)))
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

  findRemoved(name: string): Promise<RemovedPerson | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('removed_people')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst()
      return row && { name: row.name, home: row.home, removedAt: new Date(row.removed_at) }
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

  update(id: number, change: UserChange): Promise<User> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        if (change.name !== undefined) await requireFree(db, id, change.name)
        const { name, admin, locked } = change
        const set = {
          ...(name !== undefined && { name }),
          ...(admin !== undefined && { admin: Number(admin) }),
          ...(locked !== undefined && { locked: Number(locked) }),
        }
        if (Object.keys(set).length > 0)
          await db.updateTable('users').set(set).where('id', '=', id).execute()
        if (name !== undefined) await rejoinConfigured(db, id)
        const row = await selectPeople(db).where('id', '=', id).executeTakeFirst()
        if (!row) throw new HubError('not_found', 'there is no such person')
        return toUser(row)
      }),
    )
  }

  remove(id: number, keeping?: Date): Promise<void> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const row = await db
          .deleteFrom('users')
          .where('id', '=', id)
          .returning(['name', 'home'])
          .executeTakeFirst()
        if (row && keeping)
          await db
            .insertInto('removed_people')
            .values({ ...row, removed_at: keeping.getTime() })
            .execute()
      }),
    )
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

/** @throws HubError `already_exists` */
async function requireFree(db: Kysely<Tables>, id: number, name: string): Promise<void> {
  const other = await db
    .selectFrom('users')
    .select('id')
    .where('name', '=', name)
    .where('id', '<>', id)
    .executeTakeFirst()
  if (other) throw new HubError('already_exists', `there is somebody named ${name} already`)
  const removed = await db
    .selectFrom('removed_people')
    .select('home')
    .where('name', '=', name)
    .executeTakeFirst()
  if (removed) throw filesAreThere(name)
}
