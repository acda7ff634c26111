import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'

import { type DatabasePlace, openSqlStore } from '../open-sql-store.ts'
import type { SqlStores } from '../sql-stores.ts'
import { PostgresCluster } from './postgres-cluster.ts'

/** A database of a test's own, and another program's view of it. */
export interface TestDatabase {
  readonly place: DatabasePlace
  readonly stores: SqlStores
  /** Runs statements beside the hub. @returns the rows of the last one */
  readonly run: (sql: string) => Promise<readonly unknown[]>
}

export type Fresh = () => Promise<TestDatabase>

export type Kind = 'SQLite' | 'PostgreSQL'

/** Runs the tests on each database that the hub can be kept in. Where there is no PostgreSQL, one test says so and is left out. */
export function describeEachDatabase(body: (kind: Kind, fresh: Fresh) => void): void {
  const opened: SqlStores[] = []
  const folders: string[] = []
  afterEach(async () => {
    for (const stores of opened.splice(0)) await stores[Symbol.asyncDispose]()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })
  const made = async (place: DatabasePlace, run: TestDatabase['run']): Promise<TestDatabase> => {
    const stores = await openSqlStore(place)
    opened.push(stores)
    return { place, stores, run }
  }

  describe('SQLite', () => {
    body('SQLite', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'bulkhead-store-'))
      folders.push(folder)
      const file = join(folder, 'hub.sqlite')
      return made({ kind: 'sqlite', file }, async (sql) => runSqlite(file, sql))
    })
  })

  describePostgres((cluster) =>
    body('PostgreSQL', async () => {
      const url = await cluster().database()
      return made({ kind: 'postgres', url, password: undefined }, (sql) => cluster().run(url, sql))
    }),
  )
}

/** The same for PostgreSQL alone. */
export function describePostgres(body: (cluster: () => PostgresCluster) => void): void {
  const missing = PostgresCluster.whyNot()
  // One line that names what is missing, in the place of a hundred.
  // oxlint-disable-next-line vitest/no-conditional-tests
  if (missing !== undefined) {
    // oxlint-disable-next-line vitest/expect-expect -- it only says that it did not run
    test('PostgreSQL is installed (apt install postgresql)', ({ skip }) => skip(missing))
    return
  }
  describe('PostgreSQL', () => {
    let cluster: PostgresCluster
    beforeAll(async () => {
      cluster = await PostgresCluster.start()
    })
    afterAll(async () => cluster[Symbol.asyncDispose]())
    body(() => cluster)
  })
}

function runSqlite(file: string, sql: string): readonly unknown[] {
  using database = new DatabaseSync(file)
  if (!/^(?:select|explain)/.test(sql)) {
    database.exec(sql)
    return []
  }
  return database.prepare(sql).all()
}

export const USES_INDEX = /^(?!.*(?:SCAN|Seq Scan)).*(?:SEARCH .* USING|Index)/s

/** How the database would answer a question, in its own words, if there were many rows. */
export async function planOf(kind: Kind, run: TestDatabase['run'], sql: string): Promise<string> {
  const rows =
    kind === 'SQLite'
      ? await run(`explain query plan ${sql}`)
      : await run(`set enable_seqscan = off; explain ${sql}`)
  return JSON.stringify(rows)
}
