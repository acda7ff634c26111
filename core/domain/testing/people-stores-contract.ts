import { describe, expect, test } from 'vitest'

import type { CredentialStore } from '../sign-in/credential-store.ts'
import type { FailureStore } from '../sign-in/failure-store.ts'
import type { LinkStore } from '../sign-in/link-store.ts'
import type { SessionStore } from '../sign-in/session-store.ts'
import type { TokenStore } from '../tokens/token-store.ts'
import type { UserStore } from '../users/user-store.ts'

/** The stores of people, over the same people. */
export interface PeopleStores {
  readonly users: UserStore
  readonly credentials: CredentialStore
  readonly sessions: SessionStore
  readonly links: LinkStore
  readonly tokens: TokenStore
  readonly failures: FailureStore
}

const now = new Date('2030-01-01T00:00:00Z')
const soon = new Date('2030-01-01T00:10:00Z')
const later = new Date('2030-01-01T01:00:00Z')
const ada = { name: 'ada', admin: false, createdAt: now }

/** What the stores of people promise, each by itself and together. `make` gives empty ones. */
export function describePeopleStores(name: string, make: () => Promise<PeopleStores>): void {
  describe(`${name}: users`, () => {
    test('a person who was made is found by name and id, and listed in order', async () => {
      const { users } = await make()

      const made = await users.create(ada)
      await users.create({ ...ada, name: 'bob', admin: true })

      expect(made).toMatchObject({ ...ada, lastActivity: null })
      expect(await users.find('ada')).toEqual(made)
      expect(await users.findById(made.id)).toEqual(made)
      expect((await users.list({ offset: 0, limit: 10 })).items.map((user) => user.name)).toEqual([
        'ada',
        'bob',
      ])
      expect(await users.list({ offset: 1, limit: 1 })).toMatchObject({
        items: [{ name: 'bob', admin: true }],
        total: 2,
      })
    })

    test('a name is somebody’s once, also when two are made at once', async () => {
      const { users } = await make()

      const made = await Promise.allSettled([users.create(ada), users.create(ada)])

      expect(made.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(made.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'already_exists' },
      })
    })

    test.each(['josé@uni.edu', 'a b', "o'hara", '; drop table users', '🦉', '__proto__'])(
      '%s is a name like others',
      async (odd) => {
        const { users } = await make()

        const made = await users.create({ ...ada, name: odd })

        expect(await users.find(odd)).toEqual(made)
      },
    )

    test('activity moves on, and never back', async () => {
      const { users } = await make()
      const { id } = await users.create(ada)

      await users.touch(id, later)
      await users.touch(id, now)

      expect((await users.findById(id))?.lastActivity).toEqual(later)
    })

    test('whoever is removed takes password, sessions, tokens and links along', async () => {
      const stores = await make()
      const { id } = await stores.users.create(ada)
      await stores.credentials.setHash(id, 'hash', now)
      await stores.sessions.create({
        id: 's',
        secretHash: 'sh',
        userId: id,
        createdAt: now,
        expiresAt: later,
      })
      await stores.tokens.create(tokenOf(id))
      await stores.links.putSignUp(id, 'code', later)

      await stores.users.remove(id)

      expect(await stores.users.find('ada')).toBeUndefined()
      expect(await stores.credentials.findHash('ada')).toBeUndefined()
      expect(await stores.sessions.findBySecret('sh', now)).toBeUndefined()
      expect(await stores.tokens.findByHash('th', now)).toBeUndefined()
      expect(await stores.links.findSignUp('code', now)).toBeUndefined()
    })
  })

  describe(`${name}: credentials`, () => {
    test('the hash that was set last is the one', async () => {
      const { users, credentials } = await make()
      const { id } = await users.create(ada)
      expect(await credentials.findHash('ada')).toBeUndefined()

      await credentials.setHash(id, 'one', now)
      await credentials.setHash(id, 'two', later)

      expect(await credentials.findHash('ada')).toBe('two')
      expect(await credentials.findHash('nobody')).toBeUndefined()
    })
  })

  describe(`${name}: sessions`, () => {
    test('a session is found by its secret until it expires or is ended, and its tokens end with it', async () => {
      const { users, sessions, tokens } = await make()
      const user = await users.create(ada)
      await sessions.create({
        id: 's',
        secretHash: 'sh',
        userId: user.id,
        createdAt: now,
        expiresAt: later,
      })
      await tokens.create({ ...tokenOf(user.id), sessionId: 's' })
      expect(await sessions.findBySecret('sh', soon)).toEqual({
        id: 's',
        user,
        createdAt: now,
        expiresAt: later,
      })
      expect(await sessions.findBySecret('sh', later)).toBeUndefined()
      expect(await sessions.findBySecret('other', now)).toBeUndefined()

      await sessions.remove('s')
      await sessions.remove('s')

      expect(await sessions.findBySecret('sh', now)).toBeUndefined()
      expect(await tokens.findByHash('th', now)).toBeUndefined()
    })

    test('what has expired is pruned, and nothing else', async () => {
      const { users, sessions } = await make()
      const { id } = await users.create(ada)
      await sessions.create({
        id: 'a',
        secretHash: 'a',
        userId: id,
        createdAt: now,
        expiresAt: soon,
      })
      await sessions.create({
        id: 'b',
        secretHash: 'b',
        userId: id,
        createdAt: now,
        expiresAt: later,
      })

      expect(await sessions.prune(soon)).toBe(1)
      expect(await sessions.findBySecret('b', soon)).toMatchObject({ id: 'b' })
    })
  })

  describe(`${name}: links`, () => {
    test('under the set-up code two at once make one admin, and the code is void', async () => {
      const { links, users, credentials } = await make()
      await links.putSetUp('code', later)
      const use = (admin: string) =>
        links.useSetUp('code', { name: admin, passwordHash: admin }, now)

      const made = await Promise.allSettled([use('ada'), use('bob'), use('carol')])

      expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const { items } = await users.list({ offset: 0, limit: 10 })
      expect(items).toMatchObject([{ admin: true }])
      expect(await credentials.findHash(items[0]?.name ?? '')).toBe(items[0]?.name)
      expect(await links.hasAdmin()).toBe(true)
      await expect(links.putSetUp('again', later)).rejects.toMatchObject({ code: 'conflict' })
    })

    test('a set-up code that is wrong, replaced or too old makes nobody', async () => {
      const { links, users } = await make()
      await links.putSetUp('old', later)
      await links.putSetUp('code', soon)
      const admin = { name: 'ada', passwordHash: 'h' }

      await expect(links.useSetUp('wrong', admin, now)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(links.useSetUp('old', admin, now)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(links.useSetUp('code', admin, soon)).rejects.toMatchObject({ code: 'forbidden' })
      expect((await users.list({ offset: 0, limit: 1 })).total).toBe(0)
    })

    test('a name that is taken leaves the set-up code as it was', async () => {
      const { links, users } = await make()
      await users.create(ada)
      await links.putSetUp('code', later)

      await expect(
        links.useSetUp('code', { name: 'ada', passwordHash: 'h' }, now),
      ).rejects.toMatchObject({ code: 'already_exists' })

      expect(await links.useSetUp('code', { name: 'eve', passwordHash: 'h' }, now)).toMatchObject({
        name: 'eve',
        admin: true,
      })
    })

    test('a sign-up code sets one password, once; a newer one replaces it', async () => {
      const { links, users, credentials } = await make()
      const user = await users.create(ada)
      await links.putSignUp(user.id, 'old', later)
      await links.putSignUp(user.id, 'code', later)
      expect(await links.findSignUp('old', now)).toBeUndefined()
      expect(await links.findSignUp('code', now)).toEqual(user)
      expect(await links.findSignUp('code', later)).toBeUndefined()

      const used = await Promise.allSettled([
        links.useSignUp('code', 'one', now),
        links.useSignUp('code', 'two', now),
      ])

      expect(used.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(['one', 'two']).toContain(await credentials.findHash('ada'))
      expect(await links.findSignUp('code', now)).toBeUndefined()
    })
  })

  describe(`${name}: tokens`, () => {
    test('a token is found by its hash until it expires or is removed', async () => {
      const { users, tokens } = await make()
      const user = await users.create(ada)

      const made = await tokens.create({ ...tokenOf(user.id), expiresAt: soon })
      await tokens.touch(made.id, now)

      expect(await tokens.findByHash('th', now)).toEqual({ ...made, user, lastActivity: now })
      expect(made).toMatchObject({ scopes: ['self', 'servers!user=ada'], note: 'for a script' })
      expect(await tokens.findByHash('th', soon)).toBeUndefined()
      expect(await tokens.list(user.id)).toHaveLength(1)
      await tokens.remove(made.id)
      expect(await tokens.list(user.id)).toEqual([])
    })

    test('tokens of a client go together; those without an end are not pruned', async () => {
      const { users, tokens } = await make()
      const { id } = await users.create(ada)
      await tokens.create({ ...tokenOf(id), hash: '1', clientId: 'c' })
      await tokens.create({ ...tokenOf(id), hash: '2', clientId: 'c', expiresAt: soon })
      await tokens.create({ ...tokenOf(id), hash: '3', expiresAt: soon })
      await tokens.create({ ...tokenOf(id), hash: '4' })

      await tokens.removeOfClient('c')

      expect(await tokens.prune(later)).toBe(1)
      expect(await tokens.findByHash('4', later)).toBeDefined()
      expect(await tokens.list(id)).toHaveLength(1)
    })
  })

  describe(`${name}: failures`, () => {
    const at = { now, since: new Date(now.getTime() - 60_000), mostUnknown: 3 }

    test('failures are counted by key, forgotten with time, and cleared', async () => {
      const { failures } = await make()

      await failures.add(
        [
          { key: 'a', known: true },
          { key: 'b', known: false },
        ],
        at,
      )
      await failures.add([{ key: 'a', known: true }], at)

      expect(await failures.read(['a', 'b', 'c'], at.since)).toEqual(
        new Map([
          ['a', { failures: 2, lastAt: now }],
          ['b', { failures: 1, lastAt: now }],
        ]),
      )
      expect((await failures.read(['a'], later)).size).toBe(0)
      await failures.add([{ key: 'a', known: true }], { ...at, now: later, since: soon })
      expect((await failures.read(['a'], soon)).get('a')?.failures).toBe(1)
      await failures.clear(['a'])
      expect((await failures.read(['a'], at.since)).size).toBe(0)
    })

    test('counters of people are never dropped to make room for those of nobody', async () => {
      const { failures } = await make()
      await failures.add([{ key: 'person', known: true }], at)

      for (let i = 0; i < 10; i++)
        await failures.add([{ key: `nobody-${i}`, known: false }], {
          ...at,
          now: new Date(now.getTime() + i),
        })

      const keys = Array.from({ length: 10 }, (_, i) => `nobody-${i}`)
      const found = await failures.read(['person', ...keys], at.since)
      expect([...found.keys()].toSorted()).toEqual(['nobody-7', 'nobody-8', 'nobody-9', 'person'])
    })
  })
}

function tokenOf(userId: number) {
  return {
    hash: 'th',
    kind: 'api',
    userId,
    scopes: ['self', 'servers!user=ada'],
    note: 'for a script',
    clientId: null,
    sessionId: null,
    createdAt: now,
    expiresAt: null,
  } as const
}
