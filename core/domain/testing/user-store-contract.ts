import { describe, expect, test } from 'vitest'

import type { PeopleQuery } from '../users/user-store.ts'
import {
  ada,
  later,
  type MakePeopleStores,
  NOBODY,
  now,
  sessionOf,
  tokenOf,
} from './people-stores.ts'

/** What every store of people promises, and of their passwords. */
export function describeUserStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the user store contract`, () => {
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
      expect(await users.list({ offset: 2, limit: 1 })).toEqual({ items: [], total: 2 })
      expect(await users.list({ offset: 1, limit: 1, uncounted: true })).toMatchObject({
        items: [{ name: 'bob' }],
        total: 1,
      })
    })

    test('a page holds whom the asker may see, whose name fits, in the order asked for; the total counts the rest too', async () => {
      const { users } = await make()
      for (const own of ['cleo', 'ada', 'b_b', 'bxb', 'Ümit'.toLowerCase()])
        await users.create({ ...ada, name: own })
      const { id = NOBODY } = (await users.find('ada')) ?? {}
      await users.touch(id, later)
      const names = async (query: Partial<PeopleQuery>) => {
        const { items, total } = await users.list({ offset: 0, limit: 2, ...query })
        return [...items.map((user) => user.name), total]
      }

      expect(await names({ sort: { by: 'name', descending: false } })).toEqual(['ada', 'b_b', 5])
      expect(await names({ sort: { by: 'name', descending: true } })).toEqual(['ümit', 'cleo', 5])
      expect(await names({ sort: { by: 'last_activity', descending: true } })).toEqual([
        'ada',
        'ümit',
        5,
      ])
      expect(await names({ sort: { by: 'last_activity', descending: false } })).toEqual([
        'cleo',
        'b_b',
        5,
      ])
      expect(await names({ nameContains: 'b_b' })).toEqual(['b_b', 1])
      expect(await names({ nameContains: '%' })).toEqual([0])
      expect(await names({ nameContains: 'm' })).toEqual(['ümit', 1])
      const reach = { users: ['cleo', 'bxb', 'nobody'], groups: ['none'], services: [] }
      expect(await names({ reach })).toEqual(['cleo', 'bxb', 2])
      expect(await names({ reach, offset: 2 })).toEqual([2])
      expect(await names({ reach: { users: [], groups: [], services: [] } })).toEqual([0])
      expect(await names({ state: 'active' })).toEqual([0])
      expect(await names({ state: 'ready' })).toEqual([0])
      expect(await names({ state: 'inactive' })).toEqual(['cleo', 'ada', 5])
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

    test('whoever is removed takes password, sessions, tokens and links along, and nothing of anybody else', async () => {
      const stores = await make()
      const people = [
        await stores.users.create(ada),
        await stores.users.create({ ...ada, name: 'bob' }),
      ]
      for (const { id, name: own } of people) {
        await stores.credentials.setHash(id, `hash of ${own}`, now)
        await stores.sessions.create(sessionOf(id, { id: own, secretHash: own }))
        await stores.tokens.create(tokenOf(id, { hash: own }))
        await stores.links.putSignUp(id, own, later)
      }

      await stores.users.remove(people[0]?.id ?? NOBODY)

      expect(await stores.users.find('ada')).toBeUndefined()
      expect(await stores.credentials.findHash('ada')).toBeUndefined()
      expect(await stores.sessions.findBySecret('ada', now)).toBeUndefined()
      expect(await stores.tokens.findByHash('ada', now)).toBeUndefined()
      expect(await stores.links.findSignUp('ada', now)).toBeUndefined()
      expect(await stores.users.list({ offset: 0, limit: 9 })).toMatchObject({ total: 1 })
      expect(await stores.credentials.findHash('bob')).toBe('hash of bob')
      expect(await stores.sessions.findBySecret('bob', now)).toBeDefined()
      expect(await stores.tokens.findByHash('bob', now)).toBeDefined()
      expect(await stores.links.findSignUp('bob', now)).toBeDefined()
    })

    test('of many people those are made whom there are not yet, in one step', async () => {
      const { users } = await make()
      await users.create(ada)
      const many = Array.from({ length: 1500 }, (_, i) => ({ ...ada, name: `n${i}` }))

      const made = await users.createMissing([ada, ...many, { ...ada, name: 'boss', admin: true }])

      expect(made).toHaveLength(1501)
      expect(made.at(-1)).toEqual(await users.find('boss'))
      expect(made.at(-1)?.admin).toBe(true)
      expect(await users.createMissing(many)).toEqual([])
      expect(await users.createMissing([])).toEqual([])
    })

    test('what is changed of a person is changed, and the rest stays', async () => {
      const { users } = await make()
      const made = await users.create(ada)

      expect(await users.update(made.id, { admin: true, locked: true })).toEqual({
        ...made,
        admin: true,
        locked: true,
      })
      await users.update(made.id, {})
      await users.update(made.id, { admin: false, name: 'ada' })
      expect(await users.find('ada')).toEqual({ ...made, locked: true })
      await expect(users.update(NOBODY, { admin: true })).rejects.toMatchObject({
        code: 'not_found',
      })
    })

    test('whoever is renamed keeps his files, which nobody else gets who is called as he was', async () => {
      const { users } = await make()
      const made = await users.create(ada)
      await users.create({ ...ada, name: 'bob' })

      expect(await users.update(made.id, { name: 'lovelace' })).toMatchObject({
        name: 'lovelace',
        home: 'ada',
      })
      await expect(users.update(made.id, { name: 'bob' })).rejects.toMatchObject({
        code: 'already_exists',
      })
      expect(await users.find('ada')).toBeUndefined()
      expect((await users.create(ada)).home).toBe('ada~2')
      expect(
        (await users.createMissing([{ ...ada, name: 'ada~2' }])).map(({ home }) => home),
      ).toEqual(['ada~2~2'])
    })

    test('the name of a removed person whose files are there is refused until somebody says whose they are', async () => {
      const { users } = await make()
      const refused = { code: 'already_exists', message: expect.stringContaining('removed') }
      const made = await users.create(ada)
      await users.update(made.id, { name: 'lovelace' })
      await users.remove(made.id, later)
      const name = 'lovelace'

      expect(await users.findRemoved(name)).toEqual({ name, home: 'ada', removedAt: later })
      await expect(users.create({ ...ada, name })).rejects.toMatchObject(refused)
      await expect(
        users.createMissing([
          { ...ada, name: 'new' },
          { ...ada, name },
        ]),
      ).rejects.toMatchObject(refused)
      expect(await users.find('new')).toBeUndefined()
      const bob = await users.create({ ...ada, name: 'bob' })
      await expect(users.update(bob.id, { name })).rejects.toMatchObject({ code: 'already_exists' })
      expect((await users.create(ada)).home).toBe('ada~2')

      expect((await users.create({ ...ada, name, files: 'adopt' })).home).toBe('ada')
      expect(await users.findRemoved(name)).toBeUndefined()
    })

    test('files that were moved aside are nobody’s: the new person has a folder of his own', async () => {
      const { users } = await make()
      await users.remove((await users.create(ada)).id, later)

      expect((await users.create({ ...ada, files: 'fresh' })).home).toBe('ada')
      expect((await users.create({ ...ada, name: 'bob', files: 'fresh' })).home).toBe('bob')
      expect(await users.findRemoved('ada')).toBeUndefined()
    })

    test('whoever has the name of somebody who was removed is another person, with nothing of his', async () => {
      const { users, credentials } = await make()
      const before = await users.create(ada)
      await credentials.setHash(before.id, 'hash', now)
      await users.remove(before.id)
      await users.remove(before.id)

      const after = await users.create(ada)

      expect(after.id).not.toBe(before.id)
      expect(await credentials.findHash('ada')).toBeUndefined()
    })
  })
}
