import fc from 'fast-check'
import { expect, test } from 'vitest'

import { readView, SORTS, STATES, writeView } from './use-view.ts'

test('what is written into the address is read from it again', () => {
  const view = fc.record({
    search: fc.string(),
    state: fc.constantFrom(...STATES),
    sort: fc.constantFrom(...SORTS),
    page: fc.integer({ min: 1, max: 10_000 }),
  })
  fc.assert(
    fc.property(view, (shown) => {
      expect(readView(writeView(shown))).toEqual(shown)
    }),
  )
})

test('the usual view leaves the address alone, and nonsense counts as not said', () => {
  const usual = readView('')
  expect(writeView(usual)).toBe('')
  expect(readView('?state=planet&sort=luck&page=-3&page=2')).toEqual(usual)
})
