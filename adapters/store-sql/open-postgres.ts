import { setImmediate } from 'node:timers/promises'

import { Kysely, PostgresDialect } from 'kysely'

import { migrate } from './migrate-postgres.ts'
import { GuardedPool } from './postgres-pool.ts'
import { plugins, type SqlStores, storesOf } from './sql-stores.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

/**
 * Opens the database, making or upgrading its tables where that is needed.
 * @param place `url`: `postgresql://…`, TLS by its `sslmode`; `password`: instead of one in the address
 * @throws HubError `unavailable`, with what is wrong and what to do; with `retryAfter` when it may be there a little later
 */
export async function openPostgres(place: {
  readonly url: string
  readonly password: string | undefined
}): Promise<SqlStores> {
  const pool = new GuardedPool(place)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins })
  try {
    await guarded(() => migrate(db))
  } catch (error) {
    await db.destroy()
    throw error
  }
  const close = async () => {
    // Whoever has asked is answered first; the pool itself would forget those who still wait for a connection.
    await setImmediate()
    await pool.drained()
    await db.destroy()
  }
  // Another hub may write as well, so nothing is remembered.
  return storesOf(db, { kind: 'postgres', isShared: true, close, writes: undefined })
}
