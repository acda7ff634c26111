import { existsSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

import { HubError } from '#core/domain/errors.ts'

import { first } from './migrations/001-first.ts'

/** In order; the version of a database is how many of them it has seen. Never edited once released. */
const MIGRATIONS: readonly string[] = [first]

/**
 * Brings the database to this version, forwards only, all or nothing. An existing one is copied beside it before.
 * @throws HubError `unavailable` when a newer version wrote it; it is left as it is
 */
export function migrate(database: DatabaseSync, file: string): void {
  const version = versionOf(database)
  if (version > MIGRATIONS.length) {
    throw new HubError(
      'unavailable',
      `${file} was written by a newer version (schema ${version}; this one knows ${MIGRATIONS.length}). Start that version, or restore the copy that it made before (${file}.before-…).`,
    )
  }
  if (version === MIGRATIONS.length) return
  if (version > 0) copyBeside(database, `${file}.before-${MIGRATIONS.length}`)
  database.exec('begin immediate')
  try {
    // Another process may have done it while this one waited for the lock.
    for (const migration of MIGRATIONS.slice(versionOf(database))) database.exec(migration)
    database.exec(`pragma user_version = ${MIGRATIONS.length}`)
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
}

function copyBeside(database: DatabaseSync, copy: string): void {
  if (existsSync(copy)) rmSync(copy)
  database.prepare('vacuum into ?').run(copy)
}
