import { describe, expect, test } from 'vitest'

import { ada, later, type MakePeopleStores, NOBODY, now, soon } from './people-stores.ts'

/** What every store of one-time links promises. */
export function describeLinkStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the contract of set-up links`, () => {
    test('under the set-up code several at once make one admin, and the code is void', async () => {
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

    test('a good set-up code is void once there is an admin from elsewhere', async () => {
      const { links, users } = await make()
      await links.putSetUp('code', later)
      await users.create({ ...ada, admin: true })

      await expect(
        links.useSetUp('code', { name: 'eve', passwordHash: 'h' }, now),
      ).rejects.toMatchObject({ code: 'conflict' })

      expect(await users.find('eve')).toBeUndefined()
    })

    test('a name that is taken leaves the set-up code, and the person, as they were', async () => {
      const { links, users, credentials } = await make()
      await users.create(ada)
      await links.putSetUp('code', later)

      await expect(
        links.useSetUp('code', { name: 'ada', passwordHash: 'h' }, now),
      ).rejects.toMatchObject({ code: 'already_exists' })

      expect(await users.find('ada')).toMatchObject({ admin: false })
      expect(await credentials.findHash('ada')).toBeUndefined()
      expect(await links.useSetUp('code', { name: 'eve', passwordHash: 'h' }, now)).toMatchObject({
        name: 'eve',
        admin: true,
      })
    })
  })

  describe(`${name} keeps the contract of sign-up links`, () => {
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

    test('a sign-up code is void once a password was set in another way', async () => {
      const { links, users, credentials } = await make()
      const { id } = await users.create(ada)
      await links.putSignUp(id, 'code', later)

      await credentials.setHash(id, 'his own', now)

      expect(await links.findSignUp('code', now)).toBeUndefined()
      await expect(links.useSignUp('code', 'hash', now)).rejects.toMatchObject({
        code: 'forbidden',
      })
      expect(await credentials.findHash('ada')).toBe('his own')
    })

    test('a sign-up code of somebody who is locked sets no password, and is good again afterwards', async () => {
      const { links, users, credentials } = await make()
      const { id } = await users.create(ada)
      await links.putSignUp(id, 'code', later)
      await users.update(id, { locked: true })

      await expect(links.useSignUp('code', 'hash', now)).rejects.toMatchObject({
        code: 'forbidden',
      })

      expect(await credentials.findHash('ada')).toBeUndefined()
      await users.update(id, { locked: false })
      expect(await links.useSignUp('code', 'hash', now)).toMatchObject({ name: 'ada' })
    })

    test('a sign-up code that is too old sets no password', async () => {
      const { links, users, credentials } = await make()
      const { id } = await users.create(ada)
      await links.putSignUp(id, 'code', soon)

      await expect(links.useSignUp('code', 'hash', soon)).rejects.toMatchObject({
        code: 'forbidden',
      })

      expect(await credentials.findHash('ada')).toBeUndefined()
    })

    test('a code of one kind is no code of the other', async () => {
      const { links, users } = await make()
      const { id } = await users.create(ada)
      await links.putSetUp('set-up', later)
      await links.putSignUp(id, 'sign-up', later)

      await expect(links.useSignUp('set-up', 'hash', now)).rejects.toMatchObject({
        code: 'forbidden',
      })
      await expect(
        links.useSetUp('sign-up', { name: 'eve', passwordHash: 'hash' }, now),
      ).rejects.toMatchObject({ code: 'forbidden' })
      expect(await links.findSignUp('set-up', now)).toBeUndefined()
    })

    test('nobody gets no link', async () => {
      const { links } = await make()

      await expect(links.putSignUp(NOBODY, 'code', later)).rejects.toMatchObject({
        code: 'not_found',
      })
    })
  })
}
