import { beforeEach, describe, expect, test } from 'vitest'

import { SignInFailures } from './sign-in-failures.ts'

let now: number
let failures: SignInFailures

beforeEach(() => {
  now = 0
  failures = new SignInFailures(100, () => now)
})

const fail = (address: string, times: number) => {
  for (let i = 0; i < times; i++) failures.add(address)
}

describe('failed sign-ins of an address', () => {
  test('pass until there are too many, and then one by one', () => {
    fail('a', 99)
    expect(failures.waitS('a')).toBe(0)
    failures.add('a')
    expect(failures.waitS('a')).toBe(9)
    now += 8999
    expect(failures.waitS('a')).toBe(1)
    now += 1
    expect(failures.waitS('a')).toBe(0)
    failures.add('a')
    expect(failures.waitS('a')).toBe(9)
  })

  test('hold nobody up at another address', () => {
    fail('a', 1000)
    expect(failures.waitS('b')).toBe(0)
  })

  test('are forgotten after a quarter of an hour', () => {
    fail('a', 1000)
    now += 15 * 60_000
    expect(failures.waitS('a')).toBe(0)
    failures.add('a')
    expect(failures.hasMany('a')).toBe(false)
  })

  test('can be taken back', () => {
    fail('a', 100)
    failures.takeBack('a')
    expect(failures.waitS('a')).toBe(0)
  })

  test('are not counted without a limit', () => {
    failures = new SignInFailures(0, () => now)
    fail('a', 1000)
    expect(failures.waitS('a')).toBe(0)
    expect(failures.size).toBe(0)
  })

  test('take bounded memory, and a million addresses wash nobody out who failed often', () => {
    fail('guesser', 100)
    for (let i = 0; i < 1_000_000; i++) failures.add(`2001:db8:${i >> 16}:${i & 0xffff}::/64`)
    expect(failures.size).toBeLessThanOrEqual(50_001)
    expect(failures.size).toBeGreaterThan(25_000)
    expect(failures.waitS('guesser')).toBe(9)
    for (let i = 0; i < 12_000; i++) fail(`b${i}`, 50)
    expect(failures.size).toBeLessThanOrEqual(60_000)
  })
})
