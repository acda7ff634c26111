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

/** What every store of sessions promises. */
export function describeSessionStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the session store contract`, () => {
    test('a session is found by its secret until it expires or is ended, and its tokens end with it', async () => {
      const { users, sessions, tokens } = await make()
      const user = await users.create(ada)
      await sessions.create(sessionOf(user.id))
      await tokens.create(tokenOf(user.id, { sessionId: 's' }))
      await tokens.create(tokenOf(user.id, { hash: 'own' }))
      expect(await sessions.findBySecret('sh', soon)).toEqual({
        id: 's',
        user,
        createdAt: now,
        expiresAt: later,
        lastSeenAt: now,
        addressPrefix: '203.0.113.7',
        browser: 'Firefox on Linux',
      })
      expect(await sessions.findBySecret('sh', later)).toBeUndefined()
      expect(await sessions.findBySecret('other', now)).toBeUndefined()

      await sessions.remove('s')
      await sessions.remove('s')

      expect(await sessions.findBySecret('sh', now)).toBeUndefined()
      expect(await tokens.findByHash('th', now)).toBeUndefined()
      expect(await tokens.findByHash('own', now)).toBeDefined()
    })

    test('what has expired is pruned with its tokens, and nothing else', async () => {
      const { users, sessions, tokens } = await make()
      const { id } = await users.create(ada)
      await sessions.create(sessionOf(id, { id: 'a', secretHash: 'a', expiresAt: soon }))
      await sessions.create(sessionOf(id, { id: 'b', secretHash: 'b' }))
      await tokens.create(tokenOf(id, { hash: 'of a', sessionId: 'a' }))
      await tokens.create(tokenOf(id, { hash: 'of b', sessionId: 'b' }))
      await tokens.create(tokenOf(id, { hash: 'of none' }))

      expect(await sessions.prune(soon)).toBe(1)

      expect(await sessions.findBySecret('a', now)).toBeUndefined()
      expect(await sessions.findBySecret('b', soon)).toMatchObject({ id: 'b' })
      expect(await tokens.findByHash('of a', now)).toBeUndefined()
      expect(await tokens.findByHash('of b', soon)).toBeDefined()
      expect(await tokens.findByHash('of none', soon)).toBeDefined()
    })

    test('a person’s are listed, the youngest first, without what has expired or is another’s', async () => {
      const { users, sessions } = await make()
      const user = await users.create(ada)
      const bob = await users.create({ ...ada, name: 'bob' })
      await sessions.create(sessionOf(user.id, { id: 'old', secretHash: 'old' }))
      await sessions.create(
        sessionOf(user.id, { id: 'new', secretHash: 'new', createdAt: soon, browser: 'Edge' }),
      )
      await sessions.create(sessionOf(user.id, { id: 'x', secretHash: 'x', expiresAt: soon }))
      await sessions.create(sessionOf(bob.id, { id: 'his', secretHash: 'his' }))

      const list = await sessions.listOf(user.id, soon)

      expect(list.map(({ id }) => id)).toEqual(['new', 'old'])
      expect(list[0]).toMatchObject({ user, createdAt: soon, lastSeenAt: soon, browser: 'Edge' })
      expect(await sessions.listOf(NOBODY, now)).toEqual([])
    })

    test('when it was last used moves on and never back, and the use of its tokens counts', async () => {
      const { users, sessions, tokens } = await make()
      const { id } = await users.create(ada)
      await sessions.create(sessionOf(id))
      const seen = async () => (await sessions.listOf(id, now))[0]?.lastSeenAt

      await sessions.touch('s', soon)
      await sessions.touch('s', now)
      await sessions.touch('nobody’s', now)
      expect(await seen()).toEqual(soon)

      const token = await tokens.create(tokenOf(id, { sessionId: 's' }))
      await tokens.touch(token.id, later)
      expect(await seen()).toEqual(later)
    })

    test('ending all of a person’s leaves everybody else’s, and his own tokens', async () => {
      const { users, sessions, tokens } = await make()
      const [{ id }, bob] = [await users.create(ada), await users.create({ ...ada, name: 'bob' })]
      await sessions.create(sessionOf(id))
      await sessions.create(sessionOf(bob.id, { id: 'his', secretHash: 'his' }))
      await tokens.create(tokenOf(id, { sessionId: 's' }))
      await tokens.create(tokenOf(id, { hash: 'own' }))

      await sessions.removeOf(id)

      expect(await sessions.listOf(id, now)).toEqual([])
      expect(await tokens.findByHash('th', now)).toBeUndefined()
      expect(await tokens.findByHash('own', now)).toBeDefined()
      expect(await sessions.listOf(bob.id, now)).toHaveLength(1)
    })

    test('nobody gets no session', async () => {
      const { sessions } = await make()

      await expect(sessions.create(sessionOf(NOBODY))).rejects.toMatchObject({ code: 'not_found' })
      expect(await sessions.findBySecret('sh', now)).toBeUndefined()
    })

    test('whose session it is, is told as he is now', async () => {
      const { users, sessions } = await make()
      const { id } = await users.create(ada)
      await sessions.create(sessionOf(id))

      await users.touch(id, soon)

      expect((await sessions.findBySecret('sh', soon))?.user).toEqual(await users.findById(id))
    })
  })
}
