import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, expect, test } from 'vitest'

import { describePeopleStores } from '#core/domain/testing/people-stores-contract.ts'
import { describeServerStore } from '#core/domain/testing/server-store-contract.ts'
import { describeCodeStore } from '#core/oauth/testing/code-store-contract.ts'

import { openSqlStore, type SqlStores } from './open-sql-store.ts'

const opened: { readonly stores: SqlStores; readonly folder: string }[] = []
afterEach(async () => {
  for (const { stores, folder } of opened.splice(0)) {
    await stores[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  }
})

/** A database of its own for every test. */
function fresh(): SqlStores & { readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-store-'))
  const file = join(folder, 'hub.sqlite')
  const stores = openSqlStore(file)
  opened.push({ stores, folder })
  return { ...stores, file }
}

const now = new Date('2030-01-01T00:00:00Z')
const later = new Date('2030-01-01T01:00:00Z')
const ada = { name: 'ada', admin: false, createdAt: now }
const grantOf = (userId: number) => ({
  clientId: 'c',
  userId,
  userName: 'ada',
  redirectUri: '/x',
  scopes: ['a'],
  codeChallenge: 'x',
  sessionId: 's',
})

describePeopleStores('SQLite', async () => fresh())

describeServerStore('SQLite', async () => {
  const { users, servers } = fresh()
  for (const name of ['ada', 'bob']) await users.create({ ...ada, name })
  return servers
})

describeCodeStore('SQLite', async () => {
  const { users, codes } = fresh()
  const { id } = await users.create(ada)
  return { codes, grant: grantOf(id) }
})

test('whoever is removed takes his servers and grants along; nobody gets new ones', async () => {
  const { users, servers, codes } = fresh()
  const { id } = await users.create(ada)
  await servers.ensure({ user: 'ada', name: 'gpu' }, now)
  await servers.move({ user: 'ada', name: 'gpu' }, { states: ['stopped'] }, { state: 'ready' })
  await codes.put('code', grantOf(id), later)

  await users.remove(id)

  expect(await servers.listActive()).toEqual([])
  expect(await codes.take('code', now)).toBeUndefined()
  await expect(codes.put('code', grantOf(id), later)).rejects.toMatchObject({ code: 'not_found' })
  await users.create(ada)
  expect(await servers.listOf('ada')).toEqual([])
})

test('the same hash twice is refused as something that is there already', async () => {
  const { users, codes } = fresh()
  const { id } = await users.create(ada)
  await codes.put('code', grantOf(id), later)

  await expect(codes.put('code', grantOf(id), later)).rejects.toMatchObject({
    code: 'already_exists',
  })
})

test.each([
  ['handle', '{'],
  ['handle', '{"adapter":7}'],
  ['state', 'asleep'],
])('a row whose %s was made %s by somebody else is told as unreadable', async (column, value) => {
  const { users, servers, file } = fresh()
  await users.create(ada)
  await servers.ensure({ user: 'ada', name: '' }, now)
  using other = new DatabaseSync(file)
  other.prepare(`update servers set ${column} = ?`).run(value)

  await expect(servers.listOf('ada')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('cannot read'),
  })
})

test('whoever asked before it was closed is still answered', async () => {
  const stores = fresh()
  const { users, links, file } = stores
  const asked = [
    ...Array.from({ length: 20 }, (_, i) => users.create({ ...ada, name: `n${i}` })),
    links.putSetUp('code', later),
  ]

  await stores[Symbol.asyncDispose]()

  expect((await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected')).toEqual(
    [],
  )
  await using again = openSqlStore(file)
  expect(await again.users.list({ offset: 0, limit: 1 })).toMatchObject({ total: 20 })
})

test('what is looked up at every request is found by an index', () => {
  const { file } = fresh()
  using database = new DatabaseSync(file, { readOnly: true })
  const plan = (sql: string) =>
    database
      .prepare(`explain query plan ${sql}`)
      .all('x')
      .map(({ detail }) => String(detail))

  for (const where of [
    'tokens where hash = ?',
    'tokens where client_id = ?',
    'tokens where session_id = ?',
    'sessions where secret_hash = ?',
    'users where name = ?',
    'links where code_hash = ?',
    'servers where user_id = ?',
    'servers where state = ?',
    'sign_in_failures where key = ?',
    'sign_in_failures where known = ? order by last_at',
  ])
    expect(plan(`select * from ${where}`), where).toEqual([
      expect.stringMatching(/^SEARCH .* USING /),
    ])
})
