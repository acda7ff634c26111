import { type Kysely, sql } from 'kysely'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import type { ConfiguredGroup, GroupStore, NewGroup } from '#core/domain/groups/group-store.ts'
import type { Group } from '#core/domain/groups/group.ts'
import type { Reach } from '#core/domain/access/holds.ts'

import { configureGroups } from './configured-groups.ts'
import { guarded, isTaken } from './store-error.ts'
import { storedJson } from './stored.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

const Properties = z.record(z.string(), z.unknown())

export class SqlGroupStore implements GroupStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  create(groups: readonly NewGroup[]): Promise<readonly Group[]> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        for (const group of groups) await putIn(db, await insertGroup(db, group), group.users)
        return selectGroups(
          db,
          groups.map(({ name }) => name),
        )
      }),
    )
  }

  find(name: string): Promise<Group | undefined> {
    return guarded(async () => (await selectGroups(this.#db, [name]))[0])
  }

  list({
    reach,
    offset,
    limit,
  }: {
    readonly reach: Reach
    readonly offset: number
    readonly limit: number
  }): Promise<{ readonly items: readonly Group[]; readonly total: number }> {
    return guarded(async () => {
      const within = this.#db
        .selectFrom('groups')
        .$if(reach !== 'everything', (query) =>
          query.where('name', 'in', reach === 'everything' ? [] : reach.groups),
        )
      const counted = within.select(({ fn }) => fn.countAll<number>().as('total'))
      const rows = await within
        .select(['id', 'name', 'properties', memberNames])
        .select(counted.as('total'))
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute()
      const total = rows[0]?.total ?? (await counted.executeTakeFirstOrThrow()).total
      return { items: rows.map(toGroup), total }
    })
  }

  remove(name: string): Promise<boolean> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('groups')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    })
  }

  add(name: string, users: readonly string[]): Promise<Group> {
    return this.#changed(name, async (db, id) => putIn(db, id, users))
  }

  take(name: string, users: readonly string[]): Promise<Group> {
    return this.#changed(name, async (db, id) => {
      const people = await idsOf(db, users)
      await db
        .deleteFrom('group_members')
        .where('group_id', '=', id)
        .where('user_id', 'in', people)
        .execute()
    })
  }

  setProperties(name: string, properties: Readonly<Record<string, unknown>>): Promise<Group> {
    return this.#changed(name, async (db, id) => {
      await db
        .updateTable('groups')
        .set({ properties: JSON.stringify(properties) })
        .where('id', '=', id)
        .execute()
    })
  }

  setGroupsOf(userId: number, names: readonly string[]): Promise<void> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const groups = await db
          .selectFrom('groups')
          .select(['id', 'name'])
          .where('name', 'in', names)
          .execute()
        const missing = names.find((name) => !groups.some((group) => group.name === name))
        if (missing !== undefined)
          throw new HubError('invalid', `there is no group named ${missing}`)
        const ids = groups.map(({ id }) => id)
        await db
          .deleteFrom('group_members')
          .where('user_id', '=', userId)
          .where('group_id', 'not in', ids)
          .execute()
        for (const id of ids) await insertMembers(db, id, [userId])
      }),
    )
  }

  configure(groups: readonly ConfiguredGroup[], now: Date): Promise<void> {
    return guarded(() => transact(this.#db, (db) => configureGroups(db, groups, now)))
  }

  #changed(
    name: string,
    change: (db: Kysely<Tables>, id: number) => Promise<void>,
  ): Promise<Group> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const row = await db
          .selectFrom('groups')
          .select('id')
          .where('name', '=', name)
          .executeTakeFirst()
        if (!row) throw new HubError('not_found', 'there is no such group')
        await change(db, row.id)
        const [group] = await selectGroups(db, [name])
        if (!group) throw new HubError('not_found', 'there is no such group')
        return group
      }),
    )
  }
}

/** The names of the members of the row of `groups` that a query is at, which hold no slash, as one text. */
const memberNames = sql<
  string | null
>`(select string_agg(users.name, '/') from group_members inner join users on users.id = group_members.user_id where group_members.group_id = "groups".id)`.as(
  'member_names',
)

function toGroup(row: {
  readonly name: string
  readonly properties: string
  readonly member_names: string | null
}): Group {
  return {
    name: row.name,
    properties: storedJson(Properties, row.properties),
    users: row.member_names === null ? [] : row.member_names.split('/').toSorted(),
  }
}

/** In the order of their making. */
async function selectGroups(
  db: Kysely<Tables>,
  names: readonly string[],
): Promise<readonly Group[]> {
  const rows = await db
    .selectFrom('groups')
    .select(['name', 'properties', memberNames])
    .where('name', 'in', names)
    .orderBy('id')
    .execute()
  return rows.map(toGroup)
}

async function insertGroup(
  db: Kysely<Tables>,
  { name, properties, createdAt }: NewGroup,
): Promise<number> {
  try {
    const values = {
      name,
      properties: JSON.stringify(properties),
      created_at: createdAt.getTime(),
    }
    return (await db.insertInto('groups').values(values).returning('id').executeTakeFirstOrThrow())
      .id
  } catch (error) {
    if (isTaken(error))
      throw new HubError('already_exists', `there is a group named ${name} already`, {
        cause: error,
      })
    throw error
  }
}

async function putIn(db: Kysely<Tables>, id: number, users: readonly string[]): Promise<void> {
  await insertMembers(db, id, await idsOf(db, users))
}

const CHUNK = 1000

async function insertMembers(
  db: Kysely<Tables>,
  groupId: number,
  people: readonly number[],
): Promise<void> {
  for (let from = 0; from < people.length; from += CHUNK) {
    const rows = people
      .slice(from, from + CHUNK)
      .map((id) => ({ group_id: groupId, user_id: id, source: 'api' as const }))
    await db
      .insertInto('group_members')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** @throws HubError `invalid` with the first name that is nobody's */
async function idsOf(db: Kysely<Tables>, names: readonly string[]): Promise<readonly number[]> {
  const ids: number[] = []
  for (let from = 0; from < names.length; from += CHUNK) {
    const asked = names.slice(from, from + CHUNK)
    const rows = await db
      .selectFrom('users')
      .select(['id', 'name'])
      .where('name', 'in', asked)
      .execute()
    const known = new Set(rows.map(({ name }) => name))
    const nobody = asked.find((name) => !known.has(name))
    if (nobody !== undefined) throw new HubError('invalid', `there is nobody named ${nobody}`)
    ids.push(...rows.map(({ id }) => id))
  }
  return ids
}
