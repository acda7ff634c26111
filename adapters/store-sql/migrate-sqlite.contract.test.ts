import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { migrate } from './migrate-sqlite.ts'
import { first } from './migrations/001-first.ts'
import { openSqlite } from './open-sqlite.ts'
import { SmallDisk } from './testing/small-disk.ts'

const noDisk = SmallDisk.whyNot()
const NEXT = [first, () => 'alter table users add column shoe_size integer']
let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-migrate-'))
  file = join(folder, 'hub.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A database of the first version, with one person. */
async function firstVersion(path: string): Promise<void> {
  using database = new DatabaseSync(path)
  migrate(database, path, [first])
  database.exec(`insert into users (name, admin, created_at, home) values ('ada', 1, 0, 'ada')`)
}

function look(path: string): { readonly version: unknown; readonly columns: readonly unknown[] } {
  using database = new DatabaseSync(path, { readOnly: true })
  return {
    version: database.prepare('pragma user_version').get()?.['user_version'],
    columns: database
      .prepare('select * from users')
      .columns()
      .map(({ name }) => name),
  }
}

test('a new database is brought to this version, and there is nothing to copy', async () => {
  await openSqlite(file)[Symbol.asyncDispose]()
  await openSqlite(file)[Symbol.asyncDispose]()

  expect(readdirSync(folder)).toEqual(['hub.sqlite'])
})

test('an older one is copied beside it, for its owner alone, and then brought forward with all that is in it', async () => {
  await firstVersion(file)
  using database = new DatabaseSync(file)

  migrate(database, file, NEXT)

  expect(look(file)).toMatchObject({ version: 2, columns: expect.arrayContaining(['shoe_size']) })
  expect(database.prepare('select name from users').all()).toEqual([{ name: 'ada' }])
  const copy = `${file}.before-2`
  expect(look(copy).version).toBe(1)
  expect(look(copy).columns).not.toContain('shoe_size')
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  await using restored = openSqlite(copy)
  expect(await restored.users.find('ada')).toMatchObject({ name: 'ada' })
})

test('a migration that fails half-way changes nothing, and can be tried again', async () => {
  await firstVersion(file)
  using database = new DatabaseSync(file)
  const half = [
    first,
    () =>
      `alter table users add column shoe_size integer; delete from users; insert into nowhere values (1)`,
  ]

  expect(() => migrate(database, file, half)).toThrow(/nowhere/)

  expect(look(file)).toEqual(look(`${file}.before-2`))
  expect(database.prepare('select name from users').all()).toEqual([{ name: 'ada' }])
  migrate(database, file, NEXT)
  expect(look(file).version).toBe(2)
})

test('what is left of a copy that was interrupted is in nobody’s way', async () => {
  await firstVersion(file)
  writeFileSync(`${file}.before-2.unfinished`, 'half of a copy')
  using database = new DatabaseSync(file)

  migrate(database, file, NEXT)

  expect(look(`${file}.before-2`).version).toBe(1)
  expect(readdirSync(folder).toSorted()).toEqual(['hub.sqlite', 'hub.sqlite.before-2'])
})

test('without room for the copy nothing is migrated', async ({ skip }) => {
  skip(noDisk !== undefined, noDisk)
  using disk = new SmallDisk()
  const path = join(disk.folder, 'hub.sqlite')
  await firstVersion(path)
  using database = new DatabaseSync(path)
  disk.fill()

  expect(() => migrate(database, path, NEXT)).toThrow(/full/)

  expect(look(path).version).toBe(1)
  expect(readdirSync(disk.folder).toSorted()).toEqual(['ballast', 'hub.sqlite'])
})

test('a database of a newer version is refused and left as it is, also what is not yet in its main file', async () => {
  await firstVersion(file)
  const crashed = join(folder, 'crashed.sqlite')
  {
    using newer = new DatabaseSync(file)
    newer.exec('pragma journal_mode = wal; pragma user_version = 999')
    for (const end of ['', '-wal']) copyFileSync(file + end, crashed + end)
  }

  for (const path of [file, crashed]) {
    const before = readFileSync(path)
    expect(() => openSqlite(path)).toThrow(
      /was written by a newer Bulkhead \(schema 999; this one knows \d+\)\. Start that version, or restore/,
    )
    expect(readFileSync(path).equals(before), path).toBe(true)
  }
  expect(look(crashed).version).toBe(999)
})

test('the database of another program is refused and left as it is', () => {
  {
    using other = new DatabaseSync(file)
    other.exec('create table users (id integer); insert into users values (1)')
  }
  const before = readFileSync(file)

  expect(() => openSqlite(file)).toThrow(/is the database of another program\. Move it away/)

  expect(readFileSync(file).equals(before)).toBe(true)
})
