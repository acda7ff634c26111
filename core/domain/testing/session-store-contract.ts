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
