import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isRange, isWithin, kindOfAddress } from './ip-address.ts'

const hex = (a: number, b: number) => (a * 256 + b).toString(16)
const byte = fc.integer({ min: 0, max: 255 })
const ipv4 = fc.tuple(byte, byte, byte, byte)

describe('the kind of an address', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.1.2', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fd00:ec2::254', 'link-local'],
    ['10.0.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['0.0.0.0', 'unusable'],
    ['::', 'unusable'],
    ['224.0.0.1', 'unusable'],
    ['255.255.255.255', 'unusable'],
    ['fe80::1%eth0', 'unusable'],
    ['example.org', 'unusable'],
    ['93.184.216.34', 'public'],
    ['2606:2800:220:1::1', 'public'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind)
  })

  test('an address of IPv4 is what it is in every form that IPv6 has for it', () => {
    fc.assert(
      fc.property(ipv4, ([a, b, c, d]) => {
        const plain = `${a}.${b}.${c}.${d}`
        const forms = [
          `::ffff:${plain}`,
          `::ffff:${hex(a, b)}:${hex(c, d)}`,
          `0:0:0:0:0:ffff:${hex(a, b)}:${hex(c, d)}`,
          `64:ff9b::${plain}`,
          `2002:${hex(a, b)}:${hex(c, d)}::1`,
          // `::` and `::1` are no forms of 0.0.0.0 and 0.0.0.1, but themselves.
          ...(a + b + c > 0 || d > 1 ? [`::${plain}`] : []),
        ]
        expect(new Set(forms.map(kindOfAddress))).toEqual(new Set([kindOfAddress(plain)]))
      }),
      { numRuns: 2000 },
    )
  })

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        expect(typeof kindOfAddress(text)).toBe('string')
        expect(typeof isWithin(text, '10.0.0.0/8')).toBe('boolean')
      }),
    )
  })
})

describe('ranges', () => {
  test.each([
    ['10.1.2.3', '10.1.0.0/16', true],
    ['10.2.2.3', '10.1.0.0/16', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.4', '10.1.2.3', false],
    ['::ffff:10.1.2.3', '10.1.0.0/16', true],
    ['fd00::5', 'fd00::/64', true],
    ['10.1.2.3', 'fd00::/64', false],
    ['10.1.2.3', 'nonsense', false],
  ])('whether %s is within %s: %s', (address, range, within) => {
    expect(isWithin(address, range)).toBe(within)
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    'x/8',
    '10.0.0.0/-1',
    '',
    '010.0.0.1/8',
  ])('%s is none', (text) => {
    expect(isRange(text)).toBe(false)
  })
})
