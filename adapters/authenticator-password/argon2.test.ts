import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { hashPassword, parseStored, verifyPassword } from './argon2.ts'

describe('a stored password', () => {
  test('fits the password that it was made of, and no other', async () => {
    const stored = await hashPassword('correct horse')

    expect(await verifyPassword(stored, 'correct horse')).toBe(true)
    expect(await verifyPassword(stored, 'correct hors')).toBe(false)
    expect(await verifyPassword(stored, '')).toBe(false)
  })

  test('is another one each time', async () => {
    expect(await hashPassword('the same')).not.toBe(await hashPassword('the same'))
  })

  test('fits what looks the same on another keyboard', async () => {
    expect(
      await verifyPassword(await hashPassword('cafe\u0301 au lait'), 'caf\u00e9 au lait'),
    ).toBe(true)
  })

  test('that is damaged is refused, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseStored(text)).toBeUndefined()
      }),
    )
  })

  test.each([
    'm=99999999,t=2,p=1',
    'm=19456,t=99,p=1',
    'm=19456,t=0,p=1',
    'm=4,t=2,p=1',
    'm=19456,t=2,p=0',
  ])('with a cost out of bounds (%s) is not worked on', (cost) => {
    expect(
      parseStored(`$argon2id$v=19$${cost}$${'A'.repeat(22)}$${'A'.repeat(43)}`),
    ).toBeUndefined()
  })
})
