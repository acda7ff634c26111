import { describe, expect, test } from 'vitest'

import type { GroupStore } from '../groups/group-store.ts'
import type { ServerStore } from '../servers/server-store.ts'
import type { ShareStore } from '../shares/share-store.ts'
import type { UserStore } from '../users/user-store.ts'
import { ada, later, now, soon } from './people-stores.ts'

interface Stores {
  readonly shares: ShareStore
  readonly users: UserStore
  readonly groups: GroupStore
  readonly servers: ServerStore
}

const page = { offset: 0, limit: 50 }
const lab = { user: 'ada', name: 'lab' }
const own = { user: 'ada', name: '' }
const bob = { kind: 'user', name: 'bob' } as const
const course = { kind: 'group', name: 'course' } as const
const access = ['access:servers']
const code = { hash: 'h', scopes: access, expiresAt: soon }

/** What every store of shares promises. `make` gives empty ones over the same people. */
export function describeShareStore(name: string, make: () => Promise<Stores>): void {
  async function world(): Promise<Stores> {
    const stores = await make()
    for (const name of ['ada', 'bob', 'cyd']) await stores.users.create({ ...ada, name })
    const group = { properties: {}, createdAt: now }
    await stores.groups.create([
      { ...group, name: 'course', users: ['bob', 'cyd'] },
      { ...group, name: 'empty', users: [] },
    ])
    for (const server of [lab, own]) await stores.servers.ensure(server, now)
    return stores
  }
  const sharedWith = async ({ users }: Stores, name: string) =>
    (await users.find(name))?.shared.toSorted()

  describe(`${name} keeps the share store contract`, () => {
    test('of what is shared and taken away at once, nothing is lost and nothing comes back', async () => {
      const { shares } = await world()
      const scopes = ['access:servers', 'delete:servers', 'read:servers', 'start:servers']

      await Promise.all(
        scopes.map((scope) => shares.grant(lab, { target: bob, scopes: [scope] }, now)),
      )

      expect((await shares.find(lab, bob))?.scopes).toEqual(scopes)
      await Promise.all([
        ...scopes.slice(0, 3).map((scope) => shares.revoke(lab, bob, [scope])),
        shares.grant(lab, { target: bob, scopes: ['servers'] }, now),
      ])
      expect((await shares.find(lab, bob))?.scopes).toEqual(['servers', 'start:servers'])
    })

    test('what is shared is a person’s from then on, until it is taken away', async () => {
      const stores = await world()

      const share = await stores.shares.grant(lab, { target: bob, scopes: access }, now)

      expect(share).toEqual({
        id: expect.any(Number),
        server: lab,
        ready: false,
        target: bob,
        scopes: access,
        createdAt: now,
      })
      expect(await stores.shares.find(lab, bob)).toEqual(share)
      expect(await stores.shares.find(own, bob)).toBeUndefined()
      expect(await sharedWith(stores, 'bob')).toEqual(['access:servers!server=ada/lab'])
      expect(await sharedWith(stores, 'cyd')).toEqual([])
      expect(await stores.shares.revoke(lab, bob, null)).toBeUndefined()
      expect(await sharedWith(stores, 'bob')).toEqual([])
    })

    test('what is shared again is added, and can be taken away in parts', async () => {
      const stores = await world()
      const { shares } = stores
      await shares.grant(lab, { target: bob, scopes: ['read:servers'] }, now)
      const more = await shares.grant(lab, { target: bob, scopes: access }, later)

      expect(more).toMatchObject({ scopes: ['access:servers', 'read:servers'], createdAt: now })
      expect(await sharedWith(stores, 'bob')).toEqual([
        'access:servers!server=ada/lab',
        'read:servers!server=ada/lab',
      ])
      expect(await shares.revoke(lab, bob, access)).toMatchObject({ scopes: ['read:servers'] })
      expect(await shares.revoke(lab, bob, access)).toMatchObject({ scopes: ['read:servers'] })
      expect(await shares.revoke(lab, bob, ['read:servers'])).toBeUndefined()
      expect(await shares.find(lab, bob)).toBeUndefined()
    })

    test('what is shared with a group is its members’', async () => {
      const stores = await world()
      await stores.shares.grant(own, { target: course, scopes: access }, now)
      await stores.shares.grant(lab, { target: bob, scopes: access }, now)

      expect(await sharedWith(stores, 'bob')).toEqual([
        'access:servers!server=ada/',
        'access:servers!server=ada/lab',
      ])
      expect(await sharedWith(stores, 'cyd')).toEqual(['access:servers!server=ada/'])
      expect(await sharedWith(stores, 'ada')).toEqual([])
      const listed = await stores.shares.listWith(bob, page)
      expect(listed).toMatchObject({ total: 2, items: [{ target: course }, { target: bob }] })
      expect(await stores.shares.listWith(course, page)).toMatchObject({ total: 1 })
      expect(await stores.shares.listWith({ ...course, name: 'empty' }, page)).toEqual({
        items: [],
        total: 0,
      })
    })

    test('is listed by server and by owner, a page at a time', async () => {
      const { shares } = await world()
      for (const name of ['bob', 'cyd'])
        for (const server of [lab, own])
          await shares.grant(server, { target: { kind: 'user', name }, scopes: access }, now)

      expect(await shares.list({ user: 'ada', server: null }, page)).toMatchObject({ total: 4 })
      const { items, total } = await shares.list(
        { user: 'ada', server: '' },
        { offset: 1, limit: 1 },
      )
      expect(total).toBe(2)
      expect(items).toMatchObject([{ server: own, target: { name: 'cyd' } }])
      expect(await shares.revokeAll(lab)).toMatchObject([{ name: 'bob' }, { name: 'cyd' }])
      expect(await shares.list({ user: 'ada', server: null }, page)).toMatchObject({ total: 2 })
    })

    test('nothing is shared of what there is not, or with whom there is not', async () => {
      const { shares } = await world()
      const nobody = { kind: 'user', name: 'nobody' } as const
      for (const refused of [
        () => shares.grant({ user: 'ada', name: 'x' }, { target: bob, scopes: access }, now),
        () => shares.grant(lab, { target: nobody, scopes: access }, now),
        () => shares.grant(lab, { target: { ...nobody, kind: 'group' }, scopes: access }, now),
        () => shares.addCode({ user: 'nobody', name: '' }, code, now),
      ])
        await expect(refused()).rejects.toMatchObject({ code: 'not_found' })
    })

    test('a code is good for everyone until it expires, and is counted', async () => {
      const stores = await world()
      const { shares } = stores
      const made = await shares.addCode(lab, code, now)
      expect(made).toMatchObject({ server: lab, exchanges: 0, lastExchangedAt: null })

      const shared = await Promise.all([
        shares.exchange('h', 'bob', now),
        shares.exchange('h', 'cyd', now),
        shares.exchange('h', 'bob', now),
      ])

      expect(shared.map((share) => share?.target.name)).toEqual(['bob', 'cyd', 'bob'])
      expect(await sharedWith(stores, 'cyd')).toEqual(['access:servers!server=ada/lab'])
      expect(await shares.findCode('h', now)).toEqual({
        ...made,
        exchanges: 3,
        lastExchangedAt: now,
      })
      expect(await shares.findCode('h', soon)).toBeUndefined()
      expect(await shares.exchange('h', 'bob', soon)).toBeUndefined()
      expect(await shares.exchange('other', 'bob', now)).toBeUndefined()
    })

    test('codes are listed while they are good, and voided one by one or all', async () => {
      const { shares } = await world()
      const first = await shares.addCode(lab, code, now)
      await shares.addCode(lab, { ...code, hash: 'i' }, now)
      await shares.addCode(lab, { ...code, hash: 'j', expiresAt: later }, now)
      await shares.addCode(own, { ...code, hash: 'k' }, now)
      const count = async (at: Date) =>
        (await shares.listCodes({ user: 'ada', server: 'lab' }, page, at)).total

      expect(await count(now)).toBe(3)
      expect(await count(soon)).toBe(1)
      expect(await shares.removeCodes(own, { id: first.id })).toBe(0)
      expect(await shares.removeCodes(lab, { id: first.id })).toBe(1)
      expect(await shares.removeCodes(lab, { hash: 'i' })).toBe(1)
      expect(await shares.removeCodes(lab, { hash: 'i' })).toBe(0)
      expect(await shares.removeCodes(lab, 'all')).toBe(1)
      expect(await shares.listCodes({ user: 'ada', server: null }, page, now)).toMatchObject({
        total: 1,
      })
      expect(await shares.prune(soon)).toBe(1)
    })
  })
}
