import fc from 'fast-check'
import { expect, test } from 'vitest'

import { jsonDepth } from './json-depth.ts'

test('brackets in texts are none', () => {
  expect(jsonDepth('{"[[":"\\"[{","b":[1]}')).toBe(2)
  expect(jsonDepth('"["')).toBe(0)
})

test('the depth of any value is that of its text', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
      : 0
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(jsonDepth(JSON.stringify(value))).toBe(depthOf(value))
    }),
  )
})
