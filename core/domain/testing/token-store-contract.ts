import { describe, expect, test } from 'vitest'

import {
  ada,
  later,
  type MakePeopleStores,
  NOBODY,
  now,
  sessionOf,
  soon,
  tokenOf,
} from './people-stores.ts'

/** What every store of tokens promises. */
export function describeTokenStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the token store contract`, () => {
    test('a token is found by its hash until it expires or is removed', async () => {
      const { users, tokens } = await make()
      const user = await users.create(ada)

      const made = await tokens.create(tokenOf(user.id, { expiresAt: soon }))
      await tokens.touch(made.id, now)

      expect(await tokens.findByHash('th', now)).toEqual({ ...made, lastActivity: now })
      expect(made.owner).toEqual({ kind: 'user', user })
      expect(made).toMatchObject({ scopes: ['self', 'servers!user=ada'], note: 'for a script' })
      expect(await tokens.findByHash('th', soon)).toBeUndefined()
      expect(await tokens.list(user.id)).toHaveLength(1)
      await tokens.remove(made.id)
      expect(await tokens.list(user.id)).toEqual([])
    })

    test('tokens of a client go together; those without an end are not pruned', async () => {
      const { users, tokens } = await make()
      const { id } = await users.create(ada)
      const bob = await users.create({ ...ada, name: 'bob' })
      await tokens.create(tokenOf(id, { hash: '1', clientId: 'c' }))
      await tokens.create(tokenOf(bob.id, { hash: '2', clientId: 'c', expiresAt: soon }))
      await tokens.create(tokenOf(id, { hash: '3', clientId: 'other', expiresAt: soon }))
      await tokens.create(tokenOf(id, { hash: '4' }))

      await tokens.removeOfClient('c')

      expect(await tokens.list(bob.id)).toEqual([])
      expect(await tokens.prune(later)).toBe(1)
      expect(await tokens.findByHash('4', later)).toBeDefined()
      expect(await tokens.list(id)).toHaveLength(1)
    })

    test('one person’s tokens are not among those of another', async () => {
      const { users, tokens } = await make()
      const { id } = await users.create(ada)
      const bob = await users.create({ ...ada, name: 'bob' })
      await tokens.create(tokenOf(id, { hash: 'a' }))
      await tokens.create(tokenOf(bob.id, { hash: 'b' }))

      expect((await tokens.list(bob.id)).map(({ owner }) => owner)).toMatchObject([
        { user: { name: 'bob' } },
      ])
      expect(await tokens.list(NOBODY)).toEqual([])
    })

    test('a service has tokens of its own, which go with it', async () => {
      const { tokens } = await make()
      const made = await tokens.create(tokenOf(NOBODY, { userId: null, service: 'cull' }))
      expect(made.owner).toEqual({ kind: 'service', service: 'cull' })
      expect(await tokens.findByHash('th', now)).toEqual(made)

      await tokens.removeOfService('other')
      expect(await tokens.listOfService('cull')).toEqual([made])
      await tokens.removeOfService('cull')

      expect(await tokens.findByHash('th', now)).toBeUndefined()
    })

    test('nobody gets no token', async () => {
      const { tokens } = await make()

      await expect(tokens.create(tokenOf(NOBODY))).rejects.toMatchObject({ code: 'not_found' })
      expect(await tokens.findByHash('th', now)).toBeUndefined()
    })

    test('under a session that was ended, or has expired, no token is made any more', async () => {
      const { users, sessions, tokens } = await make()
      const { id } = await users.create(ada)
      await sessions.create(sessionOf(id, { expiresAt: soon }))
      const token = tokenOf(id, { sessionId: 's', createdAt: soon })
      await expect(tokens.create(token)).rejects.toMatchObject({ code: 'forbidden' })

      await sessions.remove('s')

      await expect(tokens.create({ ...token, createdAt: now })).rejects.toMatchObject({
        code: 'forbidden',
      })
      expect(await tokens.list(id)).toEqual([])
    })
  })
}
