import { expect, test } from 'vitest'

import { HubError } from '#core/domain/errors.ts'
import { describeAnnouncementStore } from '#core/domain/testing/announcement-store-contract.ts'
import { describeEndedStore } from '#core/domain/testing/ended-store-contract.ts'
import { describePeopleStores } from '#core/domain/testing/people-stores-contract.ts'
import { describeServerStore } from '#core/domain/testing/server-store-contract.ts'
import { describeUsageStore } from '#core/domain/testing/usage-store-contract.ts'
import { describeServiceStore } from '#core/domain/testing/service-store-contract.ts'
import { describeShareStore } from '#core/domain/testing/share-store-contract.ts'
import { describeCodeStore } from '#core/oauth/testing/code-store-contract.ts'

import { openSqlStore } from './open-sql-store.ts'
import { describeEachDatabase, planOf, USES_INDEX } from './testing/each-database.ts'

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

describeEachDatabase((kind, fresh) => {
  describePeopleStores(kind, async () => (await fresh()).stores)

  describeAnnouncementStore(kind, async () => (await fresh()).stores.announcement)

  describeServerStore(kind, async () => {
    const { users, servers } = (await fresh()).stores
    for (const name of ['ada', 'bob']) await users.create({ ...ada, name })
    return servers
  })

  describeUsageStore(kind, async () => {
    const { users, usage } = (await fresh()).stores
    const [{ id: adas }, { id: bobs }] = [
      await users.create(ada),
      await users.create({ ...ada, name: 'bob' }),
    ]
    return { store: usage, ids: { ada: adas, bob: bobs } }
  })

  test('people and servers are counted', async () => {
    const { users, servers, counts } = (await fresh()).stores
    for (const name of ['ada', 'bob']) await users.create({ ...ada, name })
    const id = (await users.find('ada'))?.id ?? 0
    await users.touch(id, later)
    await servers.ensure({ user: 'ada', name: '' }, now)
    await servers.move({ user: 'ada', name: '' }, { states: ['stopped'] }, { state: 'ready' })

    expect(await counts.count([now, later, new Date(later.getTime() + 1)])).toEqual({
      people: 2,
      servers: 1,
      active: [1, 1, 0],
    })
  })

  describeServiceStore(kind, async () => (await fresh()).stores.services)

  describeShareStore(kind, async () => (await fresh()).stores)

  describeEndedStore(kind, async () => (await fresh()).stores.ended)

  describeCodeStore(kind, async () => {
    const { users, codes } = (await fresh()).stores
    const { id } = await users.create(ada)
    return { codes, grant: grantOf(id) }
  })

  test('whoever is removed takes his servers and grants along; nobody gets new ones', async () => {
    const { users, servers, codes } = (await fresh()).stores
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

  test('shares go with the server, with its owner, and with whom it is shared', async () => {
    const { users, servers, shares } = (await fresh()).stores
    const people = []
    for (const name of ['ada', 'bob', 'cyd']) people.push(await users.create({ ...ada, name }))
    const server = { user: 'ada', name: '' }
    const all = { user: 'ada', server: null }
    const page = { offset: 0, limit: 9 }
    await servers.ensure(server, now)
    for (const name of ['bob', 'cyd'])
      await shares.grant(server, { target: { kind: 'user', name }, scopes: ['servers'] }, now)
    await shares.addCode(server, { hash: 'h', scopes: ['servers'], expiresAt: later }, now)

    await users.remove(people[1]?.id ?? 0)
    expect(await shares.list(all, page)).toMatchObject({ total: 1 })
    await users.remove(people[0]?.id ?? 0)

    expect((await users.find('cyd'))?.shared).toEqual([])
    expect(await shares.findCode('h', now)).toBeUndefined()
  })

  test('the same hash twice is refused as something that is there already', async () => {
    const { users, codes } = (await fresh()).stores
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
    const { stores, run } = await fresh()
    const { users, servers } = stores
    await users.create(ada)
    await servers.ensure({ user: 'ada', name: '' }, now)
    await run(`update servers set ${column} = '${value}'`)

    await expect(servers.listOf('ada')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('cannot read'),
    })
  })

  test('whoever asked before it was closed is still answered', async () => {
    const { stores, place } = await fresh()
    const { users, links } = stores
    const asked = [
      ...Array.from({ length: 20 }, (_, i) => users.create({ ...ada, name: `n${i}` })),
      links.putSetUp('code', later),
    ]

    await stores[Symbol.asyncDispose]()

    expect((await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected')).toEqual(
      [],
    )
    await using again = await openSqlStore(place)
    expect(await again.users.list({ offset: 0, limit: 1 })).toMatchObject({ total: 20 })
  })

  test('of several that propose a value at once, one is taken by all, for good', async () => {
    const { stores, place } = await fresh()
    await using other = await openSqlStore(place)

    const agreed = await Promise.all(
      ['a', 'b', 'c', 'd'].map((value, i) =>
        (i % 2 === 0 ? stores : other).agreed.agree('key', value),
      ),
    )

    expect(new Set(agreed).size).toBe(1)
    expect(await other.agreed.agree('key', 'later')).toBe(agreed[0])
    expect(await other.agreed.agree('another key', 'later')).toBe('later')
  })

  test('a null character is kept, or refused as the caller’s mistake', async () => {
    const { users } = (await fresh()).stores

    const made = await users.create({ ...ada, name: 'a\0b' }).then(
      ({ name }) => name,
      (error: unknown) => (error instanceof HubError ? error.code : error),
    )

    expect(made).toBe({ SQLite: 'a\0b', PostgreSQL: 'invalid' }[kind])
  })

  test.each([
    'name',
    'name desc',
    'last_activity nulls first, id',
    'last_activity desc nulls last, id desc',
  ])('a page of people in the order of %s is read from an index, and not sorted', async (order) => {
    const { run } = await fresh()

    const plan = await planOf(kind, run, `select * from users order by ${order} limit 5`)

    expect(plan).toMatch(/using /i)
    expect(plan).not.toMatch(/sort|b-tree/i)
  })

  test('what is looked up at every request is found by an index', async () => {
    const { run } = await fresh()
    for (const where of [
      "tokens where hash = 'x'",
      "tokens where client_id = 'x'",
      "tokens where session_id = 'x'",
      "sessions where secret_hash = 'x'",
      "users where name = 'x'",
      "links where code_hash = 'x'",
      'servers where user_id = 1',
      "servers where state = 'x'",
      'shares where user_id = 1',
      'shares where group_id = 1',
      "share_codes where hash = 'x'",
      "sign_in_failures where key = 'x'",
      'sign_in_failures where known = 0 order by last_at',
    ])
      expect(await planOf(kind, run, `select * from ${where}`), where).toMatch(USES_INDEX)
  })
})
