import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { openSqlite } from './open-sqlite.ts'

const now = new Date(0)
const later = new Date('2030-01-01T00:00:00Z')
const ada = { name: 'ada', admin: false, createdAt: now }
let folder: string
let file: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-interrupted-'))
  file = join(folder, 'hub.sqlite')
  await using stores = openSqlite(file)
  await stores.links.putSetUp('code', later)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A process that has the database open and becomes the first admin when told to. */
async function someone(name: string, killBefore = 0): Promise<ChildProcess> {
  const helper = join(import.meta.dirname, 'testing/use-set-up.ts')
  const child = fork(helper, [file, name, String(killBefore)], { execArgv: [] })
  await once(child, 'message')
  return child
}

// begin, is there an admin, void the code, make the person, set the password, commit
test.each([1, 2, 3, 4, 5, 6])(
  'killed before statement %i of becoming the first admin, nobody has become one and the code is good',
  async (statement) => {
    const child = await someone('half', statement)
    child.send('go')
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])

    await using stores = openSqlite(file)

    expect(await stores.links.hasAdmin()).toBe(false)
    expect(await stores.users.find('half')).toBeUndefined()
    const admin = await stores.links.useSetUp('code', { name: 'half', passwordHash: 'h' }, now)
    expect(admin).toMatchObject({ name: 'half', admin: true })
  },
)

test('killed before it commits, what has to be undone was on the disk already', async () => {
  const child = await someone('half', 6)
  const before = statSync(`${file}-wal`).size
  child.send('go')
  await once(child, 'exit')

  expect(statSync(`${file}-wal`).size).toBeGreaterThan(before)
})

test('killed after it committed, it has happened', async () => {
  const child = await someone('ada')
  child.send('go')
  expect((await once(child, 'message'))[0]).toBe('made')
  child.kill('SIGKILL')
  await once(child, 'exit')

  await using stores = openSqlite(file)

  expect(await stores.users.find('ada')).toMatchObject({ admin: true })
  expect(await stores.credentials.findHash('ada')).toBe('hash of ada')
})

test('of several processes that use the set-up code at once, one makes an admin', async () => {
  const children = await Promise.all(['ada', 'bob', 'carol'].map((name) => someone(name)))
  const answers = Promise.all(children.map((child) => once(child, 'message')))
  for (const child of children) child.send('go')

  expect((await answers).map(([answer]) => String(answer)).toSorted()).toEqual([
    'conflict',
    'conflict',
    'made',
  ])
  await using stores = openSqlite(file)
  const { items } = await stores.users.list({ offset: 0, limit: 9 })
  expect(items).toMatchObject([{ admin: true }])
  expect(await stores.credentials.findHash(items[0]?.name ?? '')).toBe(`hash of ${items[0]?.name}`)
})

test('two that have the same database open see what the other wrote', async () => {
  await using one = openSqlite(file)
  await using two = openSqlite(file)

  // One after the other: within one process the second would wait in vain for the first to go on.
  for (let i = 0; i < 20; i++)
    await (i % 2 === 0 ? one : two).users.create({ ...ada, name: `n${i}` })

  expect((await one.users.list({ offset: 0, limit: 100 })).total).toBe(20)
  expect((await two.users.list({ offset: 0, limit: 100 })).total).toBe(20)
})

test('a transaction that fails takes back its own, and nothing of those that were asked meanwhile', async () => {
  await using stores = openSqlite(file)
  const { users, links } = stores
  await users.create(ada)

  const [refused, ...made] = await Promise.allSettled([
    links.useSetUp('code', { name: 'ada', passwordHash: 'h' }, now),
    ...Array.from({ length: 10 }, (_, i) => users.create({ ...ada, name: `n${i}` })),
  ])

  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'already_exists' } })
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  expect((await users.list({ offset: 0, limit: 100 })).total).toBe(11)
})
