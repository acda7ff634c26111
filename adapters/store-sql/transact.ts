import type { Kysely, Transaction } from 'kysely'

import { isBeaten } from './postgres-error.ts'
import type { Tables } from './tables.ts'

const MOST_TRIES = 4

/**
 * All of it, or nothing. In SQLite a transaction has the database to itself. In PostgreSQL several go on side by side, each
 * statement sees what others have committed by then, and of two that wait for each other one is undone: it is done again from its
 * beginning, so `run` must have no effect outside the database.
 */
export async function transact<T>(
  db: Kysely<Tables>,
  run: (step: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction().execute(run)
    } catch (error) {
      if (!isBeaten(error) || tries === MOST_TRIES) throw error
    }
  }
}
