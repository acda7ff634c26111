import { describe, expect, test } from 'vitest'

import { clientsWithin, ownLimits } from './open-files.ts'

describe('room for clients', () => {
  test.each([
    ['Max open files            1024                 4096                 files', 462],
    ['Max open files            50                   50                   files', 1],
    ['Max open files            unlimited            unlimited            files', Infinity],
    ['', Infinity],
  ])('with %j is %d', (limits, clients) => {
    expect(clientsWithin(`Max file locks  7 7 locks\n${limits}\n`)).toBe(clients)
  })

  test('is known of this process', () => {
    expect(clientsWithin(ownLimits())).toBeGreaterThan(0)
  })
})
