import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'

import { PAGE_PARAMS } from './paging.ts'

const Params = z.object(PAGE_PARAMS)

test('a page begins at no negative place and holds 1 to 200, whatever number is asked for', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (offset, limit) => {
      const read = Params.parse({ offset: String(offset), limit: String(limit) })
      expect(read.offset).toBe(Math.abs(offset))
      expect(read.limit).toBe(Math.min(Math.max(Math.abs(limit), 1), 200))
    }),
  )
})

test('what is no whole number is refused, and never read as one', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/^[+-]?\d{1,15}$/.test(text)),
      (text) => {
        expect(Params.safeParse({ offset: text }).success).toBe(false)
        expect(Params.safeParse({ limit: text }).success).toBe(false)
      },
    ),
  )
})
