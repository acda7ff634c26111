import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { nameFor } from './name-for.ts'

test.each([
  ['My GPU', 'my-gpu'],
  ['Größe 2', 'grosse-2'],
  ['  a -- b  ', 'a-b'],
  ['2nd try', 's-2nd-try'],
  ['工作', 's'],
])('%s gives %s', (title, name) => expect(nameFor(title)).toBe(name))

test('whatever it is called, its name is one that a server may have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (title) => {
      const name = nameFor(title)
      expect(name).toMatch(/^[a-z](?:-?[a-z0-9])*$/)
      expect(name.length).toBeLessThanOrEqual(30)
    }),
  )
})
