import { describe, expect, test } from 'vitest'

import type { NewGroup } from '../groups/group-store.ts'
import { ada, type MakePeopleStores, NOBODY, now } from './people-stores.ts'

const groupOf = (name: string, users: readonly string[] = []): NewGroup => ({
  name,
  users,
  properties: {},
  createdAt: now,
})

/** What every store of groups promises. */
export function describeGroupStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the group store contract`, () => {
    const withPeople = async () => {
      const stores = await make()
      for (const own of ['ada', 'bob', 'cleo']) await stores.users.create({ ...ada, name: own })
      const idOf = async (own: string) => (await stores.users.find(own))?.id ?? NOBODY
      const groupsOf = async (own: string) => (await stores.users.find(own))?.groups
      return { ...stores, idOf, groupsOf }
    }

    test('a group that was made is found with its members, and each member with his groups', async () => {
      const { groups, groupsOf } = await withPeople()

      const made = await groups.create([groupOf('course', ['bob', 'ada']), groupOf('admins')])

      const course = { name: 'course', users: ['ada', 'bob'], properties: {} }
      expect(made).toEqual([course, { name: 'admins', users: [], properties: {} }])
      expect(await groups.find('course')).toEqual(course)
      expect(await groups.find('none')).toBeUndefined()
      expect(await groupsOf('ada')).toEqual(['course'])
      expect(await groupsOf('cleo')).toEqual([])
    })

    test('of several groups all are made or none: when one is there already, or names nobody', async () => {
      const { groups } = await withPeople()
      await groups.create([groupOf('old')])

      await expect(groups.create([groupOf('new'), groupOf('old')])).rejects.toMatchObject({
        code: 'already_exists',
        message: expect.stringContaining('old'),
      })
      await expect(groups.create([groupOf('new', ['ada', 'nobody'])])).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('nobody'),
      })
      expect(await groups.find('new')).toBeUndefined()
    })

    test('a page holds the groups within reach, in the order of their making', async () => {
      const { groups } = await withPeople()
      await groups.create(['c', 'a', 'b'].map((own) => groupOf(own)))
      const names = async (reach: Parameters<typeof groups.list>[0]['reach'], offset = 0) => {
        const { items, total } = await groups.list({ reach, offset, limit: 2 })
        return [...items.map((group) => group.name), total]
      }

      expect(await names('everything')).toEqual(['c', 'a', 3])
      expect(await names('everything', 2)).toEqual(['b', 3])
      expect(await names('everything', 9)).toEqual([3])
      expect(await names({ users: ['ada'], groups: ['b', 'none'], services: [] })).toEqual(['b', 1])
      expect(await names({ users: [], groups: [], services: [] })).toEqual([0])
    })

    test('people are put in and taken out, twice as well as once; an unknown name changes nothing', async () => {
      const { groups } = await withPeople()
      await groups.create([groupOf('course', ['ada'])])

      expect((await groups.add('course', ['ada', 'bob'])).users).toEqual(['ada', 'bob'])
      expect((await groups.take('course', ['bob', 'cleo'])).users).toEqual(['ada'])
      for (const change of ['add', 'take'] as const) {
        await expect(groups[change]('course', ['ada', 'nobody'])).rejects.toMatchObject({
          code: 'invalid',
        })
        await expect(groups[change]('none', ['ada'])).rejects.toMatchObject({ code: 'not_found' })
      }
      expect((await groups.find('course'))?.users).toEqual(['ada'])
    })

    test('properties are replaced whole, whatever JSON they are', async () => {
      const { groups } = await withPeople()
      await groups.create([groupOf('course')])
      const properties = { a: [1, { b: null }], __proto__x: 'ü/☂', '': true }

      await groups.setProperties('course', { gone: 1 })
      expect(await groups.setProperties('course', properties)).toMatchObject({ properties })
      expect((await groups.find('course'))?.properties).toEqual(properties)
      await expect(groups.setProperties('none', {})).rejects.toMatchObject({ code: 'not_found' })
    })

    test('a group that is removed leaves its members, and a person who is removed leaves his groups', async () => {
      const { groups, users, groupsOf, idOf } = await withPeople()
      await groups.create([groupOf('a', ['ada', 'bob']), groupOf('b', ['ada', 'bob'])])

      expect(await groups.remove('a')).toBe(true)
      expect(await groups.remove('a')).toBe(false)
      await users.remove(await idOf('bob'))

      expect(await groupsOf('ada')).toEqual(['b'])
      expect((await groups.find('b'))?.users).toEqual(['ada'])
    })

    test('a person’s groups are made these and no others', async () => {
      const { groups, groupsOf, idOf } = await withPeople()
      await groups.create(['a', 'b', 'c'].map((own) => groupOf(own, ['bob'])))
      await groups.add('a', ['ada'])

      await groups.setGroupsOf(await idOf('ada'), ['b', 'c'])
      expect(await groupsOf('ada')).toEqual(['b', 'c'])
      await expect(groups.setGroupsOf(await idOf('ada'), ['a', 'none'])).rejects.toMatchObject({
        code: 'invalid',
      })
      expect(await groupsOf('ada')).toEqual(['b', 'c'])
      await groups.setGroupsOf(await idOf('ada'), [])
      expect(await groupsOf('ada')).toEqual([])
      expect(await groupsOf('bob')).toEqual(['a', 'b', 'c'])
    })

    test('whom the configuration names is put in, at the moment when he is made too, and taken out when it names him no more', async () => {
      const { groups, users, links, groupsOf } = await withPeople()
      const named = { name: 'course', users: ['ada', 'late', 'boss'], properties: { level: 1 } }
      await groups.create([groupOf('course', ['bob'])])

      await groups.configure([named, { name: 'more', users: [], properties: null }], now)
      expect((await groups.find('course'))?.users).toEqual(['ada', 'bob'])
      expect(await groups.find('course')).toMatchObject({ properties: { level: 1 } })
      expect(await groups.find('more')).toMatchObject({ users: [] })

      expect((await users.create({ ...ada, name: 'late' })).groups).toEqual(['course'])
      await links.putSetUp('code', new Date('2031-01-01'))
      const boss = await links.useSetUp('code', { name: 'boss', passwordHash: 'x' }, now)
      expect(boss.groups).toEqual(['course'])

      await groups.configure([{ ...named, users: ['late', 'bob'], properties: null }], now)
      expect((await groups.find('course'))?.users).toEqual(['bob', 'late'])
      expect(await groups.find('course')).toMatchObject({ properties: { level: 1 } })
      await groups.configure([], now)
      expect((await groups.find('course'))?.users).toEqual(['bob'])
      expect(await groupsOf('late')).toEqual([])
    })

    test('a new name is in the groups that the configuration names it in, and no more in the old one’s', async () => {
      const { groups, users, idOf } = await withPeople()
      await groups.create([groupOf('hand', ['ada'])])
      await groups.configure(
        [
          { name: 'adas', users: ['ada'], properties: null },
          { name: 'lovelaces', users: ['lovelace'], properties: null },
        ],
        now,
      )

      const renamed = await users.update(await idOf('ada'), { name: 'lovelace' })

      expect(renamed.groups).toEqual(['hand', 'lovelaces'])
    })
  })
}
