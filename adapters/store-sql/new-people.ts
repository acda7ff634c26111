import type { Kysely } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import { filesAreThere } from '#core/domain/users/files-are-there.ts'
import type { NewUser } from '#core/domain/users/user-store.ts'
import type { User } from '#core/domain/users/user.ts'

import { joinConfigured } from './configured-groups.ts'
import { selectPeople, toUser } from './person-rows.ts'
import { isTaken } from './store-error.ts'
import type { Tables } from './tables.ts'

const CHUNK = 1000

/** Makes one person, within a transaction. @throws HubError `already_exists`, also for a removed person's name */
export async function insertPerson(
  db: Kysely<Tables>,
  { files, ...user }: NewUser & { readonly files?: 'adopt' | 'fresh' | undefined },
): Promise<User> {
  const removed = await takeRemoved(db, user.name, files)
  const home = files === 'adopt' ? removed?.home : undefined
  try {
    const row = await db
      .insertInto('users')
      .values(rowOf(user, home ?? (await freeHome(db, user.name))))
      .returning('id')
      .executeTakeFirstOrThrow()
    await joinConfigured(db, [row.id])
    return toUser(await selectPeople(db).where('id', '=', row.id).executeTakeFirstOrThrow())
  } catch (error) {
    if (isTaken(error))
      throw new HubError('already_exists', `there is somebody named ${user.name} already`, {
        cause: error,
      })
    throw error
  }
}

/** Makes those whom there are not yet, within a transaction. @throws HubError `already_exists` for a removed person's name */
export async function insertMissing(
  db: Kysely<Tables>,
  people: readonly NewUser[],
): Promise<readonly User[]> {
  const made: User[] = []
  for (let from = 0; from < people.length; from += CHUNK)
    made.push(...(await insertChunk(db, people.slice(from, from + CHUNK))))
  return made
}

async function insertChunk(
  db: Kysely<Tables>,
  people: readonly NewUser[],
): Promise<readonly User[]> {
  const names = people.map(({ name }) => name)
  const removed = await db
    .selectFrom('removed_people')
    .select('name')
    .where('name', 'in', names)
    .executeTakeFirst()
  if (removed) throw filesAreThere(removed.name)
  const homes = await freeHomes(db, names)
  const rows = await db
    .insertInto('users')
    .values(people.map((user) => rowOf(user, homes.get(user.name) ?? user.name)))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .execute()
  const ids = rows.map(({ id }) => id)
  await joinConfigured(db, ids)
  const made = await selectPeople(db).where('id', 'in', ids).orderBy('id').execute()
  return made.map(toUser)
}

function rowOf({ name, admin, createdAt }: NewUser, home: string) {
  return {
    name,
    admin: Number(admin),
    created_at: createdAt.getTime(),
    last_activity: null,
    locked: 0,
    home,
  }
}

/** Whose files they are has been said, so the name is free again. @throws HubError `already_exists` when it has not */
async function takeRemoved(
  db: Kysely<Tables>,
  name: string,
  files: 'adopt' | 'fresh' | undefined,
): Promise<{ readonly home: string } | undefined> {
  const removed = await db
    .selectFrom('removed_people')
    .select('home')
    .where('name', '=', name)
    .executeTakeFirst()
  if (removed && files === undefined) throw filesAreThere(name)
  if (removed) await db.deleteFrom('removed_people').where('name', '=', name).execute()
  return removed
}

/** The name itself, unless somebody has his files under it who is called otherwise by now. */
async function freeHome(db: Kysely<Tables>, name: string): Promise<string> {
  return (await freeHomes(db, [name])).get(name) ?? name
}

async function freeHomes(
  db: Kysely<Tables>,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const taken = await takenHomes(db, names)
  const free = new Map<string, string>()
  for (const name of names.filter((each) => taken.has(each))) {
    for (let next = 2; !free.has(name); next++) {
      const other = `${name}~${next}`
      if (!(await takenHomes(db, [other])).has(other)) free.set(name, other)
    }
  }
  return free
}

async function takenHomes(
  db: Kysely<Tables>,
  homes: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('users')
    .select('home')
    .where('home', 'in', homes)
    .union(db.selectFrom('removed_people').select('home').where('home', 'in', homes))
    .execute()
  return new Set(rows.map(({ home }) => home))
}
