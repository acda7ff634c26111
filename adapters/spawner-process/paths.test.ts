import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { HubError } from '#core/domain/errors.ts'
import { normaliseUserName } from '#core/domain/users/user-name.ts'

import { checkRoom, homeName, isPublicId } from './paths.ts'

const anyName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 })

test('the name of a home is one short, plain part of a path, whatever the person is called', () => {
  fc.assert(
    fc.property(anyName.filter(isWellFormed), (user) => {
      const name = homeName(user)
      expect(name).toMatch(/^(?!\.)[\w.@%~+-]{1,100}$/)
    }),
  )
})

test('two people never share a home', () => {
  const long = 'x'.repeat(200)
  fc.assert(
    fc.property(anyName.filter(isWellFormed), anyName.filter(isWellFormed), (one, other) => {
      fc.pre(one !== other)
      expect(homeName(one)).not.toBe(homeName(other))
      expect(homeName(long + one)).not.toBe(homeName(long + other))
      // Nor can somebody take on the name that a long one was cut to.
      expect(homeName(homeName(long + one))).not.toBe(homeName(long + one))
    }),
  )
})

test.each([
  ['ada', 'ada'],
  ['ada@example.org', 'ada@example.org'],
  ['ada lovelace', 'ada%20lovelace'],
  ['..', '%2E%2E'],
  ['a/../b', 'a%2F..%2Fb'],
])('%j lives in %s', (user, name) => {
  expect(homeName(user)).toBe(name)
})

test('every name that a person can have makes a home', () => {
  expect(homeName(normaliseUserName('ÅDA'))).toBe('%C3%A5da')
})

test.each([
  '/run/bulkhead/s',
  '/run/user/1000/bulkhead-0123abcd/s',
  '/run/user/100000/bulkhead-0123abcd/s',
])('kernels have room below %s', (folder) => {
  expect(() => checkRoom(folder)).not.toThrow()
})

test('the room for kernels is counted in bytes, to the last one', () => {
  const longest = `/${'x'.repeat(36)}`
  expect(() => checkRoom(longest)).not.toThrow()
  expect(() => checkRoom(`${longest}x`)).toThrow(HubError)
  expect(() => checkRoom(`/${'é'.repeat(18)}`)).not.toThrow()
  expect(() => checkRoom(`/${'é'.repeat(19)}`)).toThrow(/bytes too long/)
})

test('only sixteen hexadecimal digits are a public id', () => {
  expect(isPublicId('0123456789abcdef')).toBe(true)
  for (const other of ['', '..', '0123456789abcdeF', '0123456789abcdef0', '0123456789abcdef\n'])
    expect(isPublicId(other)).toBe(false)
})

function isWellFormed(text: string): boolean {
  return text.isWellFormed()
}
