import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { HubError } from '#core/domain/errors.ts'

import { type Migration, SQLITE } from './dialect.ts'
import { MIGRATIONS } from './migrations.ts'

/**
 * Looks at what is there, read-only, so that a database that is refused stays as it is, byte for byte.
 * @throws HubError `unavailable` when a newer version wrote it, or another program
 */
export function refuseForeign(file: string): void {
  // What was made a moment ago, or ended before its first migration, has no bytes yet.
  if (!statSync(file, { throwIfNoEntry: false })?.size) return
  using database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  const version = versionOf(database)
  if (version > MIGRATIONS.length) {
    throw new HubError(
      'unavailable',
      `${file} was written by a newer Bulkhead (schema ${version}; this one knows ${MIGRATIONS.length}). Start that version, or restore the copy that it made before (${file}.before-…).`,
    )
  }
  const tables = database.prepare('select 1 from sqlite_schema limit 1').get()
  if (version === 0 && tables !== undefined) {
    throw new HubError(
      'unavailable',
      `${file} is the database of another program. Move it away, or choose another data directory.`,
    )
  }
}

/** Brings the database to this version, forwards only, all or nothing. An existing one is copied beside it before. */
export function migrate(
  database: DatabaseSync,
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const version = versionOf(database)
  if (version >= migrations.length) return
  if (version > 0) copyBeside(database, `${file}.before-${migrations.length}`)
  database.exec('begin immediate')
  try {
    // Another process may have done it while this one waited for the lock.
    for (const migration of migrations.slice(versionOf(database))) database.exec(migration(SQLITE))
    database.exec(`pragma user_version = ${migrations.length}`)
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
}

/** The copy gets its name only when it is whole and on the disk. */
function copyBeside(database: DatabaseSync, copy: string): void {
  const unfinished = `${copy}.unfinished`
  rmSync(unfinished, { force: true })
  // SQLite would make it for everybody to read; it writes into an empty file as well.
  const descriptor = openSync(unfinished, 'wx', 0o600)
  try {
    database.prepare('vacuum into ?').run(unfinished)
    fsyncSync(descriptor)
    renameSync(unfinished, copy)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}
