import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'

import { Kysely, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'

import { HubError } from '#core/domain/errors.ts'

import { migrate, refuseForeign } from './migrate-sqlite.ts'
import { plugins, type SqlStores, storesOf } from './sql-stores.ts'
import { QueuedSqliteAdapter, SqliteDriver } from './sqlite-driver.ts'
import { guardedOpening } from './store-error.ts'
import type { Tables } from './tables.ts'
import { WriteCount } from './write-count.ts'

/**
 * Opens the database, making or upgrading it where that is needed. The file is for its owner alone.
 * @throws HubError `unavailable`, with what is wrong and what to do
 */
export function openSqlite(file: string): SqlStores {
  const database = guardedOpening(file, () => open(file))
  const writes = new WriteCount(database)
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new QueuedSqliteAdapter(),
      createDriver: () => new SqliteDriver(database, writes),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    plugins,
  })
  const close = async () => {
    // Whoever has asked stands in the driver's queue by then, and is answered first.
    await setImmediate()
    await db.destroy()
    // What was never asked anything has no driver yet that could close it.
    if (database.isOpen) database.close()
  }
  return storesOf(db, { kind: 'sqlite', isShared: false, close, writes })
}

function open(file: string): DatabaseSync {
  makePrivate(file)
  refuseForeign(file)
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 5000 })
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = normal')
    migrate(database, file)
    // A file that can only be read is found now, and not when the first person signs in.
    database.exec('delete from users where false')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLite gives its `-wal` and `-shm` files the mode of the database, so it is made private before they are. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EISDIR')
      throw new HubError('unavailable', `${file} is a folder. Move it away: a file goes there.`, {
        cause: error,
      })
    // A folder that is not there, or not ours: SQLite's own refusal has the words for it.
    if (!['ENOENT', 'EACCES', 'EROFS', 'EPERM', 'ENOSPC', 'ENOTDIR'].includes(code)) throw error
  }
}
