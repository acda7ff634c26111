import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
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

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { openSqlite } from './open-sqlite.ts'
import { SmallDisk } from './testing/small-disk.ts'

const isRoot = process.getuid?.() === 0
const noDisk = SmallDisk.whyNot()
const now = new Date('2030-01-01T00:00:00Z')
const later = new Date('2030-01-01T01:00:00Z')
const ada = { name: 'ada', admin: false, createdAt: now }
let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-faults-'))
  file = join(folder, 'hub.sqlite')
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

/** A database with one person in it, closed. */
async function existing(path: string): Promise<void> {
  await using stores = openSqlite(path)
  await stores.users.create(ada)
}

test('the database and what lies beside it are for their owner alone, also when it was open to others', async () => {
  await existing(file)
  chmodSync(file, 0o644)
  await using stores = openSqlite(file)
  await stores.users.create({ ...ada, name: 'bob' })

  for (const name of [file, `${file}-wal`, `${file}-shm`])
    expect(statSync(name).mode & 0o777, name).toBe(0o600)
})

test('what was opened and never asked is closed as well', async () => {
  await openSqlite(file)[Symbol.asyncDispose]()

  expect(readdirSync(folder)).toEqual(['hub.sqlite'])
})

describe('refused, with which file it is and what to do', () => {
  test('a file that is no database', () => {
    const letter = 'a letter to my aunt, and no database at all; '.repeat(100)
    writeFileSync(file, letter)

    expect(() => openSqlite(file)).toThrow(`${file}: The file is not a database. Move it away`)
    expect(readFileSync(file, 'utf8')).toBe(letter)
  })

  test('a folder in the place of the file', () => {
    mkdirSync(file)

    expect(() => openSqlite(file)).toThrow(`${file} is a folder. Move it away`)
  })

  test('a folder that is not there', () => {
    const lost = join(folder, 'none/hub.sqlite')

    expect(() => openSqlite(lost)).toThrow(`${lost}: The database cannot be opened.`)
  })

  test('a damaged database', async () => {
    await existing(file)
    const bytes = readFileSync(file)
    bytes.fill(0xff, 100, 4096)
    writeFileSync(file, bytes)

    expect(() => openSqlite(file)).toThrow(`${file}: The database file is damaged. Restore it`)
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  test('a new database in a folder that cannot be written', () => {
    chmodSync(folder, 0o555)

    expect(openAsNobody()).toBe(
      `${file}: The database cannot be opened. Does its folder exist, and is it writable for the hub?`,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('a database in a folder that cannot be written', async () => {
    await existing(file)
    const before = readFileSync(file)
    chmodSync(file, 0o444)
    chmodSync(folder, 0o555)

    expect(openAsNobody()).toMatch(/: The database cannot be (?:opened|written)\. .*writable/)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['hub.sqlite'])
  })

  test('a database that belongs to another account, and can only be read', async ({ skip }) => {
    skip(!isRoot, 'only root can give a file to another account')
    await existing(file)
    const before = readFileSync(file)
    chmodSync(file, 0o444)
    chmodSync(folder, 0o777)

    expect(openAsNobody()).toMatch(/: The database cannot be written\. .*writable/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  function openAsNobody(): string {
    const helper = join(import.meta.dirname, 'testing/open-as-nobody.ts')
    return spawnSync(process.execPath, [helper, file], { encoding: 'utf8', cwd: '/' }).stdout
  }
})

describe('with a full disk', () => {
  test('what is refused leaves nothing half-written, and it goes on when there is room', async ({
    skip,
  }) => {
    skip(noDisk !== undefined, noDisk)
    using disk = new SmallDisk()
    await using stores = openSqlite(join(disk.folder, 'hub.sqlite'))
    const { users, links, credentials } = stores
    await users.create(ada)
    await links.putSetUp('code', later)
    const use = () => links.useSetUp('code', { name: 'bob', passwordHash: 'hash' }, now)
    disk.fill()

    await expect(use()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The disk is full. Make room where the data directory lies.',
    })
    expect(await users.find('ada')).toMatchObject({ name: 'ada' })
    expect(await users.find('bob')).toBeUndefined()
    expect(await links.hasAdmin()).toBe(false)

    disk.makeRoom()
    expect(await use()).toMatchObject({ name: 'bob', admin: true })
    expect(await credentials.findHash('bob')).toBe('hash')
  })

  test('however many are refused, the database is whole afterwards', async ({ skip }) => {
    skip(noDisk !== undefined, noDisk)
    using disk = new SmallDisk()
    const path = join(disk.folder, 'hub.sqlite')
    const made: string[] = []
    {
      await using stores = openSqlite(path)
      for (let i = 0; made.length === i; i++) {
        await stores.users.create({ ...ada, name: `${i}-${'x'.repeat(4000)}` }).then(
          ({ name }) => made.push(name),
          () => {},
        )
      }
    }

    using database = new DatabaseSync(path, { readOnly: true })
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(database.prepare('select name from users order by id').all()).toEqual(
      made.map((name) => ({ name })),
    )
  })

  test('no database is made, and once there is room it is', async ({ skip }) => {
    skip(noDisk !== undefined, noDisk)
    using disk = new SmallDisk()
    const path = join(disk.folder, 'hub.sqlite')
    disk.fill()
    expect(() => openSqlite(path)).toThrow(`${path}: The disk is full.`)

    disk.makeRoom()
    await existing(path)
  })

  test('a database that was closed before is unharmed', async ({ skip }) => {
    skip(noDisk !== undefined, noDisk)
    using disk = new SmallDisk()
    const path = join(disk.folder, 'hub.sqlite')
    await existing(path)
    const before = readFileSync(path)
    disk.fill()

    expect(() => openSqlite(path)).toThrow(`${path}: The disk is full.`)

    expect(readFileSync(path).equals(before)).toBe(true)
    disk.makeRoom()
    await using stores = openSqlite(path)
    expect(await stores.users.find('ada')).toMatchObject({ name: 'ada' })
  })
})
