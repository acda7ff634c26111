import { openSqlite } from './open-sqlite.ts'
import type { SqlStores } from './sql-stores.ts'

export type DatabasePlace =
  | { readonly kind: 'sqlite'; readonly file: string }
  /** `password`: instead of one in the address. */
  | { readonly kind: 'postgres'; readonly url: string; readonly password: string | undefined }

/**
 * Opens the database, making or upgrading its tables where that is needed.
 * @throws HubError `unavailable`, with what is wrong and what to do; with `retryAfter` when it may be there a little later
 */
export async function openSqlStore(place: DatabasePlace): Promise<SqlStores> {
  if (place.kind === 'sqlite') return openSqlite(place.file)
  // Loaded where it is used alone: a hub on SQLite has no need of the client's 150 kB.
  const { openPostgres } = await import('./open-postgres.ts')
  return openPostgres(place)
}
