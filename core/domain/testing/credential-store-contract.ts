import { describe, expect, test } from 'vitest'

import { ada, later, type MakePeopleStores, NOBODY, now } from './people-stores.ts'

/** What every store of passwords promises. */
export function describeCredentialStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the credential store contract`, () => {
    test('the hash that was set last is the one', async () => {
      const { users, credentials } = await make()
      const { id } = await users.create(ada)
      expect(await credentials.findHash('ada')).toBeUndefined()

      await credentials.setHash(id, 'one', now)
      await credentials.setHash(id, 'two', later)

      expect(await credentials.findHash('ada')).toBe('two')
      expect(await credentials.findHash('nobody')).toBeUndefined()
    })

    test('nobody gets no password', async () => {
      const { credentials } = await make()

      await expect(credentials.setHash(NOBODY, 'hash', now)).rejects.toMatchObject({
        code: 'not_found',
      })
    })
  })
}
