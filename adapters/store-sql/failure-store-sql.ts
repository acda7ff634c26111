import { type Kysely, sql } from 'kysely'

import type { FailureCount, FailureStore } from '#core/domain/sign-in/failure-store.ts'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlFailureStore implements FailureStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  read(keys: readonly string[], since: Date): Promise<ReadonlyMap<string, FailureCount>> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('sign_in_failures')
        .selectAll()
        .where('key', 'in', keys)
        .where('last_at', '>=', since.getTime())
        .execute()
      return new Map(
        rows.map(({ key, failures, last_at }) => [key, { failures, lastAt: new Date(last_at) }]),
      )
    })
  }

  add(
    entries: readonly { readonly key: string; readonly known: boolean }[],
    {
      now,
      since,
      mostUnknown,
    }: { readonly now: Date; readonly since: Date; readonly mostUnknown: number },
  ): Promise<ReadonlyMap<string, FailureCount>> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const counted = new Map<string, FailureCount>()
        // Always in the same order, so that of two that count the same keys none waits for the other in vain.
        for (const { key, known } of entries.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
          const { failures } = await db
            .insertInto('sign_in_failures')
            .values({ key, known: Number(known), failures: 1, last_at: now.getTime() })
            .onConflict((conflict) =>
              conflict.column('key').doUpdateSet({
                failures: sql`case when sign_in_failures.last_at < ${since.getTime()} then 1 else sign_in_failures.failures + 1 end`,
                known: Number(known),
                last_at: now.getTime(),
              }),
            )
            .returning('failures')
            .executeTakeFirstOrThrow()
          counted.set(key, { failures, lastAt: now })
        }
        await dropForgotten(db, since)
        await dropOldest(db, mostUnknown)
        return counted
      }),
    )
  }

  clear(keys: readonly string[]): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('sign_in_failures').where('key', 'in', keys).execute()
    })
  }
}

/** A count that is too old counts for nothing; kept, it would only fill the disk. */
async function dropForgotten(db: Kysely<Tables>, since: Date): Promise<void> {
  await db
    .deleteFrom('sign_in_failures')
    // Both values, so that the index is of use.
    .where('known', 'in', [0, 1])
    .where('last_at', '<', since.getTime())
    .execute()
}

/** Counters of names that nobody has make room for newer ones; those of people stay. */
async function dropOldest(db: Kysely<Tables>, most: number): Promise<void> {
  const { total } = await db
    .selectFrom('sign_in_failures')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('known', '=', 0)
    .executeTakeFirstOrThrow()
  if (total <= most) return
  const oldest = db
    .selectFrom('sign_in_failures')
    .select('key')
    .where('known', '=', 0)
    .orderBy('last_at')
    .limit(total - most)
  await db.deleteFrom('sign_in_failures').where('key', 'in', oldest).execute()
}
