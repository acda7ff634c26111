import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { FailureStore } from '../sign-in/failure-store.ts'
import { later, type MakePeopleStores, now, soon } from './people-stores.ts'

const at = { now, since: new Date(now.getTime() - 60_000), mostUnknown: 3 }

/** What every store of failed sign-ins promises. */
export function describeFailureStore(name: string, make: MakePeopleStores): void {
  describe(`${name} keeps the failure store contract`, () => {
    test('failures are counted by key, forgotten with time, and cleared', async () => {
      const { failures } = await make()

      await failures.add(
        [
          { key: 'a', known: true },
          { key: 'b', known: false },
        ],
        at,
      )
      await failures.add([{ key: 'a', known: true }], at)

      expect(await failures.read(['a', 'b', 'c'], at.since)).toEqual(
        new Map([
          ['a', { failures: 2, lastAt: now }],
          ['b', { failures: 1, lastAt: now }],
        ]),
      )
      expect((await failures.read(['a'], later)).size).toBe(0)
      await failures.add([{ key: 'a', known: true }], { ...at, now: later, since: soon })
      expect((await failures.read(['a'], soon)).get('a')?.failures).toBe(1)
      await failures.clear(['a'])
      expect((await failures.read(['a'], at.since)).size).toBe(0)
    })

    test('none is lost when many come at once', async () => {
      const { failures } = await make()

      await Promise.all(
        Array.from({ length: 25 }, () => failures.add([{ key: 'a', known: true }], at)),
      )

      expect((await failures.read(['a'], at.since)).get('a')?.failures).toBe(25)
    })

    test('however they come, those of people stay, and of the others the newest', async () => {
      const { failures } = await make()
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ key: fc.nat(9), known: fc.boolean() }), { maxLength: 30 }),
          async (adds) => {
            const entries = adds.map(({ key, known }) => ({ key: `${key} ${known}`, known }))
            expect(await leftAfter(failures, entries)).toEqual(expected(entries))
          },
        ),
        { numRuns: 40 },
      )
    })
  })
}

interface Entry {
  readonly key: string
  readonly known: boolean
}

/** The keys that still count after the entries came one by one, a millisecond apart. */
async function leftAfter(
  failures: FailureStore,
  entries: readonly Entry[],
): Promise<readonly string[]> {
  await failures.clear(Array.from({ length: 10 }, (_, i) => [`${i} true`, `${i} false`]).flat())
  for (const [i, entry] of entries.entries())
    await failures.add([entry], { ...at, now: new Date(now.getTime() + i) })
  const found = await failures.read([...new Set(entries.map(({ key }) => key))], at.since)
  return [...found.keys()].toSorted()
}

function expected(entries: readonly Entry[]): readonly string[] {
  const keys = (known: boolean) => [
    ...new Set(
      entries
        .toReversed()
        .filter((entry) => entry.known === known)
        .map(({ key }) => key),
    ),
  ]
  return [...keys(true), ...keys(false).slice(0, at.mostUnknown)].toSorted()
}
