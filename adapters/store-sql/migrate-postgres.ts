import { CompiledQuery, type Kysely, sql } from 'kysely'

import { HubError } from '#core/domain/errors.ts'

import { type Migration, POSTGRES } from './dialect.ts'
import { MIGRATIONS } from './migrations.ts'
import type { Tables } from './tables.ts'

/** The lock that migrations are done under: "bulk" in ASCII. */
const LOCK = 0x62756c6b

/**
 * Brings the database to this version, forwards only, all or nothing. Several hubs may start at once: one does it, the others
 * wait for it.
 * @throws HubError `unavailable` when a newer version wrote it, or another program; it is left as it is then
 */
export function migrate(
  db: Kysely<Tables>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  return db.transaction().execute(async (step) => {
    await sql`set local lock_timeout = '60s'`.execute(step)
    await sql`set local statement_timeout = 0`.execute(step)
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(step)
    const version = await versionOf(step)
    if (version > migrations.length)
      throw new HubError(
        'unavailable',
        `The database was written by a newer Bulkhead (schema ${version}; this one knows ${migrations.length}). Start that version, or restore a dump from before.`,
      )
    for (const migration of migrations.slice(version)) {
      // Several statements at once go without parameters only.
      await step.executeQuery(CompiledQuery.raw(migration(POSTGRES)))
    }
    await sql`update bulkhead_schema set version = ${migrations.length}`.execute(step)
  })
}

/** 0 for an empty database, which is made ours. */
async function versionOf(db: Kysely<Tables>): Promise<number> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema()`.execute(db)
  if (tables.some(({ name }) => name === 'bulkhead_schema')) {
    const { rows } = await sql<{ version: number }>`select version from bulkhead_schema`.execute(db)
    return rows[0]?.version ?? 0
  }
  if (tables.length > 0)
    throw new HubError(
      'unavailable',
      `The database is used by another program already (it has a table ${tables[0]?.name}). Make one for the hub alone.`,
    )
  await sql`create table bulkhead_schema (
    only_one bigint primary key check (only_one = 1),
    version bigint not null
  )`.execute(db)
  await sql`insert into bulkhead_schema values (1, 0)`.execute(db)
  return 0
}
