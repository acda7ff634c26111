import { describe, expect, test } from 'vitest'

import { hashSecret } from '#core/base/random.ts'

import { ada, type MakePeopleStores, NOBODY, sessionOf, tokenOf } from './people-stores.ts'

/** What everything promises that tells by what people's connections are known. */
export function describeHeldCredentialStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the held credential store contract`, () => {
    /** Ada in two browsers, a server's token in one of them, and a token of her own; Bob with one of each. */
    async function peopled() {
      const stores = await make()
      const users = [await stores.users.create(ada)]
      users.push(await stores.users.create({ ...ada, name: 'bob' }))
      const [a, b] = users.map(({ id }) => id)
      if (a === undefined || b === undefined) throw new Error('they were made')
      for (const [id, userId] of [
        ['one', a],
        ['two', a],
        ['his', b],
      ] as const)
        await stores.sessions.create(sessionOf(userId, { id, secretHash: id }))
      await stores.tokens.create(tokenOf(a, { hash: 'under one', sessionId: 'one' }))
      const own = await stores.tokens.create(tokenOf(a, { hash: 'own' }))
      await stores.tokens.create(tokenOf(b, { hash: 'under his', sessionId: 'his' }))
      return { ...stores, a, own }
    }
    const sorted = async (found: Promise<readonly string[]>) => (await found).toSorted()
    const ids = (...sessions: string[]) => sessions.map(hashSecret)

    test('a person is known by all his sessions and tokens, and nobody by anything', async () => {
      const { held, a } = await peopled()

      const all = [...ids('one', 'two'), 'own', 'under one'].toSorted()
      expect(await sorted(held.ofPerson(a))).toEqual(all)
      expect(await held.ofPerson(NOBODY)).toEqual([])
    })

    test('a session is known by itself and what was issued under it', async () => {
      const { held, a } = await peopled()

      expect(await sorted(held.ofSession('one'))).toEqual([...ids('one'), 'under one'].toSorted())
      expect(await held.ofSession('two')).toEqual(ids('two'))
      expect(await held.ofSession('three')).toEqual([])
      const both = [...ids('one', 'two'), 'under one'].toSorted()
      expect(await sorted(held.ofSessionsOf(a))).toEqual(both)
    })

    test('visitors are told from those who are at home', async () => {
      const { held, tokens, users, a } = await peopled()
      const oauth = { kind: 'oauth', scopes: ['access:servers!server=bob/'] } as const
      const at = (clientId: string) => tokenOf(a, { ...oauth, clientId, hash: clientId })
      const visiting = await tokens.create(at('jupyterhub-user-bob'))
      await tokens.create(at('jupyterhub-user-ada'))
      await tokens.create(at('service-whoami'))

      expect(await held.visitors()).toEqual([visiting])
      await users.remove(a)
      expect(await held.visitors()).toEqual([])
    })

    test('a token is known by its hash; what is gone, by nothing', async () => {
      const { held, tokens, own } = await peopled()

      expect(await held.ofTokens([own.id, NOBODY])).toEqual(['own'])
      expect(await held.ofTokens([])).toEqual([])
      await tokens.remove(own.id)
      expect(await held.ofTokens([own.id])).toEqual([])
    })
  })
}
