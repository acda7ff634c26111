import { describe, expect, test } from 'vitest'

import type { EndedStore } from '../sign-in/ended-store.ts'

const at = (s: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, s))

/** What everything promises by which hubs tell each other of ends of access. */
export function describeEndedStore(name: string, make: () => Promise<EndedStore>): void {
  describe(`${name} keeps the ended store contract`, () => {
    test('what was said is heard as it was said, in order, from a time on', async () => {
      const store = await make()
      const everywhere = { hub: 'a', prefixes: null, credentials: ['x', 'y'] }
      const somewhere = { hub: 'b', prefixes: ['/user/ada/'], credentials: ['z'] }
      await store.add(everywhere, at(1))
      await store.add(somewhere, at(2))

      expect(await store.since(at(1))).toMatchObject([everywhere, somewhere])
      expect(await store.since(at(2))).toMatchObject([somewhere])
      expect(await store.since(at(3))).toEqual([])
      const ids = (await store.since(at(0))).map(({ id }) => id)
      expect(new Set(ids).size).toBe(2)
    })

    test('what is old is deleted, and counted', async () => {
      const store = await make()
      for (const s of [1, 2, 3])
        await store.add({ hub: 'a', prefixes: null, credentials: [] }, at(s))

      expect(await store.prune(at(3))).toBe(2)

      expect(await store.since(at(0))).toHaveLength(1)
    })
  })
}
