import fc from 'fast-check'
import { expect, test } from 'vitest'

import { foldName, foldText } from '#core/base/folded-name.ts'

import { GroupName, PersonName } from './names.ts'

/** Any text that JavaScript can hold, halves of characters included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'Ä', 'ß', 'İ', '/', '.', '~', ' ', '\u0000', '\ud800') }),
)

test('a body takes as a name what the hub can keep as one, and nothing else', () => {
  fc.assert(
    fc.property(text, (raw) => {
      const kept = 'name' in foldName(raw)
      expect(PersonName.safeParse(raw).success).toBe(kept)
      expect(GroupName.safeParse(raw).success).toBe(kept)
    }),
  )
})

test('a name that is kept is kept unchanged when it comes again, and parts no path and no list', () => {
  fc.assert(
    fc.property(text, (raw) => {
      const read = foldName(raw)
      if (!('name' in read)) return
      expect(foldName(read.name)).toEqual(read)
      expect(foldText(read.name)).toBe(read.name)
      expect(read.name).not.toMatch(/[/\\\u0000\n,]|^\.|^-/)
    }),
  )
})
