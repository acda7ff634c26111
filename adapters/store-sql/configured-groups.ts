import type { Kysely } from 'kysely'

import type { ConfiguredGroup } from '#core/domain/groups/group-store.ts'

import type { Tables } from './tables.ts'

const CHUNK = 1000

/** Makes the groups, and who is in them, what the configuration says. Within a transaction. */
export async function configureGroups(
  db: Kysely<Tables>,
  groups: readonly ConfiguredGroup[],
  now: Date,
): Promise<void> {
  const ids = await madeGroups(db, groups, now)
  await db.deleteFrom('configured_members').execute()
  const named = groups.flatMap(({ name, users }) =>
    [...new Set(users)].map((user) => ({ group_id: ids.get(name) ?? 0, user_name: user })),
  )
  for (let from = 0; from < named.length; from += CHUNK)
    await db
      .insertInto('configured_members')
      .values(named.slice(from, from + CHUNK))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  await dropUnnamed(db)
  await putInNamed(db)
}

/** Puts the people whom the configuration names into its groups, at the moment when they are made. */
export async function joinConfigured(db: Kysely<Tables>, people: readonly number[]): Promise<void> {
  if (people.length > 0) await putInNamed(db, people)
}

/** Takes a person out of what the configuration put him into, and puts him in under the name that he has now. */
export async function rejoinConfigured(db: Kysely<Tables>, userId: number): Promise<void> {
  await db
    .deleteFrom('group_members')
    .where('source', '=', 'config')
    .where('user_id', '=', userId)
    .execute()
  await putInNamed(db, [userId])
}

async function madeGroups(
  db: Kysely<Tables>,
  groups: readonly ConfiguredGroup[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  for (const { name, properties } of groups) {
    const kept = properties === null ? {} : { properties: JSON.stringify(properties) }
    await db
      .insertInto('groups')
      .values({ name, properties: '{}', created_at: now.getTime(), ...kept })
      .onConflict((conflict) =>
        properties === null
          ? conflict.column('name').doNothing()
          : conflict.column('name').doUpdateSet(kept),
      )
      .execute()
  }
  const rows = await db
    .selectFrom('groups')
    .select(['id', 'name'])
    .where(
      'name',
      'in',
      groups.map(({ name }) => name),
    )
    .execute()
  return new Map(rows.map(({ id, name }) => [name, id]))
}

async function dropUnnamed(db: Kysely<Tables>): Promise<void> {
  await db
    .deleteFrom('group_members')
    .where('source', '=', 'config')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('configured_members')
            .innerJoin('users', 'users.name', 'configured_members.user_name')
            .select('users.id')
            .whereRef('users.id', '=', 'group_members.user_id')
            .whereRef('configured_members.group_id', '=', 'group_members.group_id'),
        ),
      ),
    )
    .execute()
}

/** Whoever was put in by hand stays in by hand. */
async function putInNamed(db: Kysely<Tables>, people?: readonly number[]): Promise<void> {
  await db
    .insertInto('group_members')
    .columns(['group_id', 'user_id', 'source'])
    .expression((eb) =>
      eb
        .selectFrom('configured_members')
        .innerJoin('users', 'users.name', 'configured_members.user_name')
        .select(['configured_members.group_id', 'users.id', eb.val('config').as('source')])
        .$if(people !== undefined, (query) => query.where('users.id', 'in', people ?? []))
        // SQLite takes what follows for a part of the join without a condition.
        .where('users.id', '>', 0),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
