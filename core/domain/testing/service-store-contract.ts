import { describe, expect, test } from 'vitest'

import type { ServiceStore } from '../services/service-store.ts'
import { serviceOf } from './fake-services.ts'

const now = new Date('2030-01-01T00:00:00Z')

/** What every store of services promises. `make` gives an empty one. */
export function describeServiceStore(name: string, make: () => Promise<ServiceStore>): void {
  describe(`${name} keeps the service store contract`, () => {
    const grader = serviceOf('grader', {
      url: 'https://grader.example/',
      info: { contact: 'bob', deep: [1, { x: null }] },
      admin: true,
      allowedScopes: ['read:users!user'],
      noConfirm: true,
      from: 'api',
    })
    const bare = serviceOf('bare', { url: null, redirectUri: null, from: 'api' })

    test('a service is found as it was made, by its name alone', async () => {
      const store = await make()
      await store.add(grader, now)
      await store.add(bare, now)

      expect(await store.find('grader')).toEqual(grader)
      expect(await store.find('Grader')).toBeUndefined()
      expect(await store.list()).toEqual([bare, grader])
    })

    test('a name is given once, though two come at once', async () => {
      const store = await make()

      const tried = await Promise.allSettled([store.add(grader, now), store.add(grader, now)])

      expect(tried.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      await expect(store.add(grader, now)).rejects.toMatchObject({ code: 'already_exists' })
    })

    test('one that is removed is gone, and its name is free', async () => {
      const store = await make()
      await store.add(grader, now)

      expect(await store.remove('grader')).toBe(true)
      expect(await store.remove('grader')).toBe(false)
      expect(await store.find('grader')).toBeUndefined()
      await store.add(grader, now)
    })
  })
}
