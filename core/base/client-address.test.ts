import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { clientAddress } from './client-address.ts'

const isTrusted = (address: string) => address.startsWith('10.')

describe('whose a request is', () => {
  test.each([
    ['203.0.113.5', [], '203.0.113.5'],
    ['203.0.113.5', ['198.51.100.1'], '203.0.113.5'],
    ['10.0.0.1', ['203.0.113.5'], '203.0.113.5'],
    ['10.0.0.1', ['198.51.100.1', '203.0.113.5'], '203.0.113.5'],
    ['10.0.0.1', ['203.0.113.5', '10.0.0.2'], '203.0.113.5'],
    ['10.0.0.1', ['203.0.113.5:4711'], '203.0.113.5'],
    ['10.0.0.1', ['[2001:db8::1]:4711'], '2001:db8::1'],
    ['10.0.0.1', ['2001:db8::1'], '2001:db8::1'],
    ['10.0.0.1', ['::ffff:203.0.113.5'], '203.0.113.5'],
    ['10.0.0.1', ['203.0.113.5', 'unknown'], '10.0.0.1'],
    ['10.0.0.1', ['10.0.0.3', '10.0.0.2'], '10.0.0.3'],
    ['10.0.0.1', [], '10.0.0.1'],
  ])('%s says %j: %s', (nearest, told, whose) => {
    expect(clientAddress(told, nearest, isTrusted)).toBe(whose)
  })

  test('nobody changes it by what he adds before the word of a proxy that is believed', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.ipV4(), (added, client) => {
        fc.pre(!isTrusted(client))
        expect(clientAddress([...added, client], '10.0.0.1', isTrusted)).toBe(client)
      }),
    )
  })
})
