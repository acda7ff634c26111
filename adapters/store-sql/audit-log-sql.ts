import { type ExpressionBuilder, type Kysely, sql } from 'kysely'

import type { AuditEntry, AuditEvent } from '#core/domain/audit/audit-entry.ts'
import type { AuditFilter, AuditLog, HeldRefusal } from '#core/domain/audit/audit-log.ts'
import { type Anchor, hashOf } from '#core/domain/audit/chain.ts'

import { entryOf, eventOf, rowOf } from './audit-rows.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlAuditLog implements AuditLog {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  append(event: AuditEvent): Promise<AuditEntry> {
    return guarded(() => transact(this.#db, (db) => add(db, event)))
  }

  hold({ key, event }: HeldRefusal): Promise<void> {
    return guarded(async () => {
      await this.#db
        .insertInto('audit_held')
        .values({ key, ...rowOf(event) })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({
            count: (eb) => eb('audit_held.count', '+', event.count),
          }),
        )
        .execute()
    })
  }

  settle(before: Date): Promise<number> {
    return guarded(async () => {
      const isOver = this.#db.selectFrom('audit_held').where('at', '<', before.getTime())
      // Mostly there is nothing to do, and no lock is needed to see that.
      if (!(await isOver.select('key').limit(1).executeTakeFirst())) return 0
      return transact(this.#db, async (db) => {
        const over = await db
          .deleteFrom('audit_held')
          .where('at', '<', before.getTime())
          .returningAll()
          .execute()
        for (const row of over.toSorted((a, b) => a.at - b.at)) await add(db, eventOf(row))
        return over.length
      })
    })
  }

  held(filter: AuditFilter, most: number): Promise<readonly AuditEvent[]> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('audit_held')
        .selectAll()
        .where((eb) => conditionOf(eb, filter))
        .orderBy('at', 'desc')
        .limit(most)
        .execute()
      return rows.map(eventOf)
    })
  }

  list(
    filter: AuditFilter,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly total: number }> {
    return guarded(async () => {
      const found = this.#db.selectFrom('audit_log').where((eb) => conditionOf(eb, filter))
      const { total } = await found
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      const rows = await found
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute()
      return { items: rows.map(entryOf), total }
    })
  }

  scan(filter: AuditFilter, after: number, limit: number): Promise<readonly AuditEntry[]> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('audit_log')
        .selectAll()
        .where((eb) => conditionOf(eb, filter))
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(entryOf)
    })
  }

  last(): Promise<Anchor> {
    return guarded(() =>
      this.#db.selectFrom('audit_head').select(['id', 'hash']).executeTakeFirstOrThrow(),
    )
  }

  prune(
    { before, most }: { readonly before: Date; readonly most: number },
    record: (pruned: { readonly rows: number; readonly through: Anchor }) => AuditEvent,
  ): Promise<number> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const { id: last } = await lock(db, 0)
        const young = await db
          .selectFrom('audit_log')
          .select('id')
          .where('at', '>=', before.getTime())
          .orderBy('id')
          .limit(1)
          .executeTakeFirst()
        const limit = Math.max((young?.id ?? last + 1) - 1, last - most)
        const through = await db
          .selectFrom('audit_log')
          .select(['id', 'hash'])
          .where('id', '=', limit)
          .executeTakeFirst()
        // What would go has gone already.
        if (!through) return 0
        const rows = await take(db, through.id)
        await add(db, record({ rows, through }))
        return rows
      }),
    )
  }
}

/** Takes the lock that rows are added under, and counts the number of the last row up by `more`. */
function lock(db: Kysely<Tables>, more: 0 | 1): Promise<Anchor> {
  return db
    .updateTable('audit_head')
    .set((eb) => ({ id: eb('id', '+', more) }))
    .returning(['id', 'hash'])
    .executeTakeFirstOrThrow()
}

async function add(db: Kysely<Tables>, event: AuditEvent): Promise<AuditEntry> {
  const { id, hash: previous } = await lock(db, 1)
  const hash = hashOf(previous, id, event)
  await db
    .insertInto('audit_log')
    .values({ id, ...rowOf(event), hash })
    .execute()
  await db.updateTable('audit_head').set({ hash }).execute()
  return { ...event, id, hash }
}

/** Deletes the rows up to this one. The triggers allow it while the row in `audit_pruning` says so. */
async function take(db: Kysely<Tables>, through: number): Promise<number> {
  await db.insertInto('audit_pruning').values({ through }).execute()
  const { numDeletedRows } = await db
    .deleteFrom('audit_log')
    .where('id', '<=', through)
    .executeTakeFirstOrThrow()
  await db.deleteFrom('audit_pruning').execute()
  return Number(numDeletedRows)
}

function conditionOf(
  eb: ExpressionBuilder<Tables, 'audit_log' | 'audit_held'>,
  { part, who, target, action, since, until }: AuditFilter,
) {
  return eb.and([
    ...(part === undefined
      ? []
      : [eb.or([eb('actor_id', '=', part), eb('target_user_id', '=', part)])]),
    ...(who === undefined ? [] : [eb('actor_name', '=', who)]),
    ...(target === undefined
      ? []
      : [
          eb.or([
            eb('target_name', '=', target),
            eb(sql`substr(target_name, 1, length(${target}) + 1)`, '=', `${target}/`),
          ]),
        ]),
    ...(action === undefined ? [] : [eb('action', '=', action)]),
    ...(since === undefined ? [] : [eb('at', '>=', since.getTime())]),
    ...(until === undefined ? [] : [eb('at', '<', until.getTime())]),
  ])
}
