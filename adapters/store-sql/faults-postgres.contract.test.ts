import { expect, test } from 'vitest'

import { HubError } from '#core/domain/errors.ts'

import { openPostgres } from './open-postgres.ts'
import { describePostgres } from './testing/each-database.ts'

const now = new Date('2030-01-01T00:00:00Z')
const later = new Date('2030-01-01T01:00:00Z')
const personOf = (name: string) => ({ name, admin: false, createdAt: now })

describePostgres((cluster) => {
  async function fresh() {
    const url = await cluster().database()
    const stores = await openPostgres({ url, password: undefined })
    return { stores, url, run: (sql: string) => cluster().run(url, sql) }
  }

  test.each(['down', 'kill'] as const)(
    'restarted (%s) in the middle of writing, what was answered is there and nothing else, and it goes on by itself',
    async (how) => {
      const { stores } = await fresh()
      await using _closed = stores
      await stores.links.putSetUp('code', later)
      const names = Array.from({ length: 200 }, (_, i) => `n${i}`)
      const made = Promise.allSettled(names.map((name) => stores.users.create(personOf(name))))
      const admin = stores.links
        .useSetUp('code', { name: 'root', passwordHash: 'hash' }, now)
        .catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 20))

      await cluster()[how]()
      const results = await made
      await admin
      await expect(stores.users.find('n0')).rejects.toMatchObject({
        code: 'unavailable',
        retryAfter: 2,
      })
      await cluster().up()

      expect([...new Set(results.map(outcomeOf))].filter((is) => is !== 'made')).toEqual([
        'unavailable',
      ])
      const { items } = await stores.users.list({ offset: 0, limit: 1000 })
      const answered = names.filter((_name, i) => results[i]?.status === 'fulfilled')
      expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(answered))
      // All of the first admin, or nothing.
      const isThere = (await stores.users.find('root')) !== undefined
      expect(await stores.links.hasAdmin()).toBe(isThere)
      expect((await stores.credentials.findHash('root')) !== undefined).toBe(isThere)
      expect(await stores.users.create(personOf('afterwards'))).toMatchObject({
        name: 'afterwards',
      })
    },
  )

  test('whoever waits for a lock, or for a connection, is told so in time', async () => {
    const { stores, url, run } = await fresh()
    await using _closed = stores
    const held = cluster().run(url, 'begin; lock table users; select pg_sleep(7)')
    await eventually(
      async () =>
        (await run("select 1 from pg_locks where mode = 'AccessExclusiveLock' and granted"))
          .length > 0,
    )

    const asked = await Promise.allSettled(
      Array.from({ length: 40 }, () => stores.users.find('ada')),
    )

    // Who came late may have waited until the lock was gone.
    expect([...new Set(asked.map(outcomeOf))].filter((is) => is !== 'made')).toEqual([
      'unavailable',
    ])
    await held
    expect(await stores.users.find('ada')).toBeUndefined()
  })

  test('connections that somebody ended are replaced', async () => {
    const { stores, run } = await fresh()
    await using _closed = stores
    await stores.users.create(personOf('ada'))

    await run(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bulkhead'`,
    )
    await new Promise((resolve) => setTimeout(resolve, 100))

    expect(await stores.users.find('ada')).toMatchObject({ name: 'ada' })
  })

  test('a database that can only be read is told as such, and left as it is', async () => {
    const { stores, url } = await fresh()
    await using _closed = stores
    const readOnly = url.replace(
      'options=',
      `options=${encodeURIComponent('-c default_transaction_read_only=on ')}`,
    )

    await expect(openPostgres({ url: readOnly, password: undefined })).rejects.toThrow(
      'The database can only be read. Is it a standby?',
    )
  })

  test('of those that wait for each other none is lost', async () => {
    const { stores } = await fresh()
    await using _closed = stores
    const rules = { now, since: new Date(0), mostUnknown: 100 }
    const entries = ['a', 'b', 'c'].map((key) => ({ key, known: true }))

    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        stores.failures.add(i % 2 === 0 ? entries : entries.toReversed(), rules),
      ),
    )

    const counts = await stores.failures.read(['a', 'b', 'c'], new Date(0))
    expect([...counts.values()].map(({ failures }) => failures)).toEqual([30, 30, 30])
  })

  test('several that put a set-up link at once leave one', async () => {
    const { stores, run } = await fresh()
    await using _closed = stores

    await Promise.all(['a', 'b', 'c', 'd'].map((code) => stores.links.putSetUp(code, later)))

    expect(await run('select kind from links')).toEqual([{ kind: 'set-up' }])
  })

  test('a password from a file is used, whatever is in it', async () => {
    const { url, stores } = await fresh()
    await using _closed = stores

    // Nobody is asked for one here; that the address stays one is what counts.
    await using again = await openPostgres({ url, password: "p@ss/w?o&r=d%'" })

    expect(await again.users.find('ada')).toBeUndefined()
  })
})

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('waited in vain')
}

function outcomeOf(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'fulfilled') return 'made'
  return result.reason instanceof HubError ? result.reason.code : result.reason
}
