import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { openSqlStore } from './open-sql-store.ts'

const isRoot = process.getuid?.() === 0
const now = new Date('2030-01-01T00:00:00Z')
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

test('the database and what lies beside it are for their owner alone', async () => {
  await using stores = openSqlStore(file)
  await stores.users.create({ name: 'ada', admin: false, createdAt: now })

  for (const name of [file, `${file}-wal`, `${file}-shm`])
    expect(statSync(name).mode & 0o777, name).toBe(0o600)
})

test('a database of a newer version is refused, and stays as it is', async () => {
  await openSqlStore(file)[Symbol.asyncDispose]()
  const database = new DatabaseSync(file)
  database.exec('pragma user_version = 999; pragma wal_checkpoint(truncate)')
  database.close()
  const before = readFileSync(file)

  expect(() => openSqlStore(file)).toThrow(
    /written by a newer version \(schema 999; this one knows \d+\)/,
  )

  expect(readFileSync(file).equals(before)).toBe(true)
})

test('what is no database is refused with what to do', () => {
  writeFileSync(file, 'a letter to my aunt, and no database at all; '.repeat(100))

  expect(() => openSqlStore(file)).toThrow(/not a database/)
})

test('a folder in the place of the file is refused', () => {
  mkdirSync(file)

  expect(() => openSqlStore(file)).toThrow(/cannot be opened/)
})

test('a folder that is not there is refused', () => {
  expect(() => openSqlStore(join(folder, 'none/hub.sqlite'))).toThrow(/cannot be opened/)
})

test('a folder that cannot be written is refused', () => {
  // Root writes everywhere, so a process of an account that may not does it.
  chmodSync(folder, 0o555)
  const script = `import('${import.meta.dirname}/open-sql-store.ts').then((m) => m.openSqlStore('${file}')).then(() => process.exit(7), (e) => { console.error(e.message); process.exit(3) })`
  const drop = isRoot
    ? [
        'setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        '--inh-caps=-all',
        '--bounding-set=-all',
      ]
    : []
  const command = [...drop, process.execPath, '-e', script]

  const { status, stderr } = spawnSync(command[0] ?? '', command.slice(1), {
    encoding: 'utf8',
    cwd: '/',
  })

  // Where the checkout itself is closed to that account, it does not come so far as to say it in our words.
  const told = /cannot be (?:opened|written)|EACCES|Cannot find module/.test(stderr)
  expect([status, told], stderr).toEqual([3, true])
  expect(() => statSync(file)).toThrow(/ENOENT/)
})

test.skipIf(!isRoot)(
  'a full disk is told as such; what was there is unharmed, and it goes on when there is room',
  async () => {
    const small = join(folder, 'small')
    mkdirSync(small)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', small]).status).toBe(0)
    const ballast = join(small, 'ballast')
    try {
      await using stores = openSqlStore(join(small, 'hub.sqlite'))
      await stores.users.create({ name: 'ada', admin: true, createdAt: now })
      // It takes what room there is; that it does not fit whole is the point.
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'])
      const refused = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          stores.users
            .create({ name: `n${i}-${'x'.repeat(4000)}`, admin: false, createdAt: now })
            .then(
              () => '',
              (error: Error) => error.message,
            ),
        ),
      )
      expect(refused.join('')).toContain('The disk is full')
      expect(await stores.users.find('ada')).toMatchObject({ admin: true })
      rmSync(ballast)
      expect(
        await stores.users.create({ name: 'bob', admin: false, createdAt: now }),
      ).toMatchObject({ name: 'bob' })
    } finally {
      spawnSync('umount', [small])
    }
  },
)

test('a process that is killed in the middle of a transaction leaves nothing of it', async () => {
  await openSqlStore(file)[Symbol.asyncDispose]()
  const script = `const { DatabaseSync } = require('node:sqlite'); const d = new DatabaseSync(process.argv[1]); d.exec("begin immediate; insert into users (name, admin, created_at) values ('half', 1, 0)"); process.kill(process.pid, 'SIGKILL')`
  expect(spawnSync(process.execPath, ['-e', script, file]).signal).toBe('SIGKILL')

  await using stores = openSqlStore(file)

  expect(await stores.users.find('half')).toBeUndefined()
  expect(await stores.links.hasAdmin()).toBe(false)
})

test('two that have the same database open see what the other wrote', async () => {
  await using one = openSqlStore(file)
  await using two = openSqlStore(file)

  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? one : two).users.create({ name: `n${i}`, admin: false, createdAt: now }),
    ),
  )

  expect((await one.users.list({ offset: 0, limit: 100 })).total).toBe(20)
  expect((await two.users.list({ offset: 0, limit: 100 })).total).toBe(20)
})
