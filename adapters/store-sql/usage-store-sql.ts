import { type Kysely, sql, type Transaction } from 'kysely'

import type {
  UsageQuery,
  UsageSample,
  UsageSpan,
  UsageStore,
  UsageTotal,
} from '#core/domain/usage/usage-store.ts'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

const HOUR_MS = 3_600_000

export class SqlUsageStore implements UsageStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  add(samples: readonly UsageSample[]): Promise<void> {
    return guarded(() =>
      this.#db.transaction().execute(async (tx) => {
        for (const sample of samples) await addOne(tx, sample)
      }),
    )
  }

  minutes(query: UsageQuery): Promise<readonly UsageSpan[]> {
    return guarded(async () => {
      const rows = await this.#minutesOf(query)
        .select('usage_minutes.at as at')
        .select([
          sql<Summed>`sum(usage_minutes.memory)`.as('memory'),
          sql<Summed>`sum(usage_minutes.cpu_ms)`.as('cpu'),
          sql<Summed>`sum(usage_minutes.disk)`.as('disk'),
        ])
        .groupBy('usage_minutes.at')
        .orderBy('usage_minutes.at')
        .execute()
      return rows.map(({ at, memory, cpu, disk }) => ({
        at: new Date(at),
        minutes: 1,
        memoryMean: numberOrNull(memory),
        memoryMost: numberOrNull(memory),
        cpuMs: Number(cpu ?? 0),
        diskMost: numberOrNull(disk),
      }))
    })
  }

  hours(query: UsageQuery): Promise<readonly UsageSpan[]> {
    return guarded(async () => {
      const rows = await this.#hoursOf(query)
        .select('usage_hours.at as at')
        .select([
          sql<Summed>`sum(usage_hours.minutes)`.as('minutes'),
          // Servers beside each other: their means and their highest add up.
          sql<Summed>`sum(usage_hours.memory_sum / nullif(usage_hours.memory_minutes, 0))`.as(
            'mean',
          ),
          sql<Summed>`sum(usage_hours.memory_most)`.as('most'),
          sql<Summed>`sum(usage_hours.cpu_ms)`.as('cpu'),
          sql<Summed>`sum(usage_hours.disk_most)`.as('disk'),
        ])
        .groupBy('usage_hours.at')
        .orderBy('usage_hours.at')
        .execute()
      return rows.map((row) => ({ at: new Date(row.at), ...spanOf(row) }))
    })
  }

  totals(query: UsageQuery): Promise<readonly UsageTotal[]> {
    const from = new Date(Math.floor(query.from.getTime() / HOUR_MS) * HOUR_MS)
    return guarded(async () => {
      const rows = await this.#hoursOf({ ...query, from })
        .select(['users.name as user', 'usage_hours.server as server'])
        .select([
          sql<Summed>`sum(usage_hours.minutes)`.as('minutes'),
          sql<Summed>`sum(usage_hours.memory_sum) / nullif(sum(usage_hours.memory_minutes), 0)`.as(
            'mean',
          ),
          sql<Summed>`max(usage_hours.memory_most)`.as('most'),
          sql<Summed>`sum(usage_hours.cpu_ms)`.as('cpu'),
          sql<Summed>`max(usage_hours.disk_most)`.as('disk'),
        ])
        .groupBy(['users.name', 'usage_hours.server'])
        .orderBy(sql`sum(usage_hours.cpu_ms)`, 'desc')
        .orderBy('users.name')
        .orderBy('usage_hours.server')
        .execute()
      return rows.map((row) => ({ id: { user: row.user, name: row.server }, ...spanOf(row) }))
    })
  }

  prune({ minutes, hours }: { readonly minutes: Date; readonly hours: Date }): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('usage_minutes').where('at', '<', minutes.getTime()).execute()
      await this.#db.deleteFrom('usage_hours').where('at', '<', hours.getTime()).execute()
    })
  }

  #minutesOf({ user, server, from }: UsageQuery) {
    return this.#db
      .selectFrom('usage_minutes')
      .innerJoin('users', 'users.id', 'usage_minutes.user_id')
      .where('usage_minutes.at', '>=', from.getTime())
      .$if(user !== undefined, (query) => query.where('users.name', '=', user ?? ''))
      .$if(server !== undefined, (query) => query.where('usage_minutes.server', '=', server ?? ''))
  }

  #hoursOf({ user, server, from }: UsageQuery) {
    return this.#db
      .selectFrom('usage_hours')
      .innerJoin('users', 'users.id', 'usage_hours.user_id')
      .where('usage_hours.at', '>=', from.getTime())
      .$if(user !== undefined, (query) => query.where('users.name', '=', user ?? ''))
      .$if(server !== undefined, (query) => query.where('usage_hours.server', '=', server ?? ''))
  }
}

/** Sums come as numbers or, from PostgreSQL, as texts. */
type Summed = number | string | null

interface Sums {
  readonly minutes: Summed
  readonly mean: Summed
  readonly most: Summed
  readonly cpu: Summed
  readonly disk: Summed
}

function spanOf({ minutes, mean, most, cpu, disk }: Sums): Omit<UsageSpan, 'at'> {
  return {
    minutes: Number(minutes ?? 0),
    memoryMean: numberOrNull(mean),
    memoryMost: numberOrNull(most),
    cpuMs: Number(cpu ?? 0),
    diskMost: numberOrNull(disk),
  }
}

function numberOrNull(value: number | string | bigint | null): number | null {
  return value === null ? null : Math.round(Number(value))
}

/** The minute, unless it is there; and only then the hour that it is part of. */
async function addOne(
  tx: Transaction<Tables>,
  { userId, id, at, memory, cpuMs, disk }: UsageSample,
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('usage_minutes')
    .values({ user_id: userId, server: id.name, at: at.getTime(), memory, cpu_ms: cpuMs, disk })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return
  const hour = Math.floor(at.getTime() / HOUR_MS) * HOUR_MS
  await tx
    .insertInto('usage_hours')
    .values({
      user_id: userId,
      server: id.name,
      at: hour,
      minutes: 1,
      memory_sum: memory ?? 0,
      memory_minutes: memory === null ? 0 : 1,
      memory_most: memory,
      cpu_ms: cpuMs ?? 0,
      disk_most: disk,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'server', 'at']).doUpdateSet((eb) => ({
        minutes: eb('usage_hours.minutes', '+', eb.ref('excluded.minutes')),
        memory_sum: eb('usage_hours.memory_sum', '+', eb.ref('excluded.memory_sum')),
        memory_minutes: eb('usage_hours.memory_minutes', '+', eb.ref('excluded.memory_minutes')),
        memory_most: higher('memory_most'),
        cpu_ms: eb('usage_hours.cpu_ms', '+', eb.ref('excluded.cpu_ms')),
        disk_most: higher('disk_most'),
      })),
    )
    .execute()
}

/** The higher of two of which one may not be known, in words that both databases have. */
function higher(column: 'memory_most' | 'disk_most') {
  const [before, now] = [sql.ref(`usage_hours.${column}`), sql.ref(`excluded.${column}`)]
  return sql<
    number | null
  >`case when ${before} is null or ${now} > ${before} then ${now} else ${before} end`
}
