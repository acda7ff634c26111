import { isIPv4 } from 'node:net'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { crc32c } from './crc32c.ts'
import { type ProxyReading, readProxyHeader } from './proxy-protocol.ts'
import { addressBytes, tlv, withSum, writeV1, writeV2 } from './testing/proxy-header-text.ts'

const read = (text: string | Buffer) => readProxyHeader(Buffer.from(text as string, 'latin1'))
const client = (address: string, port = 1, localPort = 2, secure = false) => ({
  kind: 'client' as const,
  address,
  port,
  localPort,
  secure,
})
const own = { kind: 'own' }

/** As a connection delivers it: whatever is more is asked again with more. */
function readInPieces(bytes: Buffer, cut: number): ProxyReading {
  const first = readProxyHeader(bytes.subarray(0, cut))
  return first.state === 'more' ? readProxyHeader(bytes) : first
}

const port = fc.integer({ min: 0, max: 65_535 })
const ipv4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 })
const v2Header = fc
  .record({
    six: fc.boolean(),
    bytes: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    ports: fc.tuple(port, port),
    extras: fc.array(
      fc.tuple(fc.constantFrom(0x01, 0x02, 0x04, 0x30, 0xea), fc.uint8Array({ maxLength: 40 })),
      { maxLength: 4 },
    ),
    summed: fc.boolean(),
  })
  .map(({ six, bytes, ports, extras, summed }) => {
    const width = six ? 16 : 4
    const header = {
      transport: six ? 0x21 : 0x11,
      addresses: addressBytes(bytes.subarray(0, width), bytes.subarray(16, 16 + width), ports),
      extras: extras.map(([type, value]) => tlv(type, value)),
    }
    return { bytes: summed ? withSum(header) : writeV2(header), ports }
  })

test('the checksum is the one of RFC 3720', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
})

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n', client('192.0.2.1', 56_324, 443)],
    ['PROXY TCP4 255.255.255.255 0.0.0.0 0 65535\r\n', client('255.255.255.255', 0, 65_535)],
    ['PROXY TCP6 2001:DB8::1 ::1 1 2\r\n', client('2001:db8::1')],
    ['PROXY TCP6 2001:0db8:0:0:0:0:0:0001 ::1 1 2\r\n', client('2001:db8::1')],
    ['PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n', client('192.0.2.7')],
    ['PROXY TCP6 ::ffff:c000:207 ::1 1 2\r\n', client('192.0.2.7')],
    ['PROXY UNKNOWN\r\n', own],
    ['PROXY UNKNOWN ffff::1 whatever 127.0.0.1\r\n', own],
  ])('reads %j', (text, header) => {
    expect(read(`${text}GET / HTTP/1.1\r\n`)).toEqual({
      state: 'read',
      header,
      length: text.length,
    })
  })

  test.each([
    'PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r \n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1\r2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1 2 3\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n',
    'PROXY TCP4  192.0.2.1 198.51.100.2 1 2\r\n',
    'PROXY TCP4\t192.0.2.1 198.51.100.2 1 2\r\n',
    'PROXY TCP4 192.0.2.01 198.51.100.2 1 2\r\n',
    'PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n',
    'PROXY TCP4 192.0.2 198.51.100.2 1 2\r\n',
    'PROXY TCP4 3221225985 198.51.100.2 1 2\r\n',
    'PROXY TCP4 0x7f.0.0.1 198.51.100.2 1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 +1 2\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 1 65536\r\n',
    'PROXY TCP4 ::1 ::1 1 2\r\n',
    'PROXY TCP6 192.0.2.1 192.0.2.1 1 2\r\n',
    'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
    'PROXY TCP6 [::1] ::1 1 2\r\n',
    'PROXY TCP5 192.0.2.1 198.51.100.2 1 2\r\n',
    'PROXY UDP4 192.0.2.1 198.51.100.2 1 2\r\n',
    'PROXY unix /run/x /run/y 1 2\r\n',
    'PROXY UNKNOWNS\r\n',
    'PROXY UNKNOWN \0\r\n',
    'PROXY UNKNOWN é\r\n',
    'PROXY \r\n',
    'PROXY\r\n',
    'proxy TCP4 192.0.2.1 198.51.100.2 1 2\r\n',
    ' PROXY TCP4 192.0.2.1 198.51.100.2 1 2\r\n',
    'GET / HTTP/1.1\r\n',
    '\r\nPROXY UNKNOWN\r\n',
    `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`,
    `PROXY UNKNOWN ${'x'.repeat(200)}`,
    '\x16\x03\x01',
  ])('refuses %j', (text) => {
    expect(read(text).state).toBe('bad')
  })

  test('a line of 107 bytes is the longest', () => {
    expect(read(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`)).toMatchObject({
      state: 'read',
      length: 107,
    })
    expect(read(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`).state).toBe('bad')
  })

  test('reads what was written, however it is cut', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6())
    const header = fc
      .record({ from: address, to: address, port, localPort: port })
      .filter(({ from, to }) => isIPv4(from) === isIPv4(to))
    fc.assert(
      fc.property(header, fc.nat(), fc.string(), (announced, cut, after) => {
        const written = writeV1(announced)
        const bytes = Buffer.concat([written, Buffer.from(after)])

        const reading = readInPieces(bytes, cut % (bytes.length + 1))

        expect(reading).toMatchObject({
          state: 'read',
          length: written.length,
          header: { kind: 'client', port: announced.port, localPort: announced.localPort },
        })
      }),
    )
  })
})

describe('version 2', () => {
  const addresses = addressBytes(
    Buffer.from([192, 0, 2, 1]),
    Buffer.from([198, 51, 100, 2]),
    [1, 2],
  )
  const ssl = (flags: number) => tlv(0x20, Buffer.from([flags, 0, 0, 0, 0]))

  test.each([
    ['an address of IPv4', writeV2({ addresses }), client('192.0.2.1')],
    [
      'an address of IPv4 in IPv6',
      writeV2({
        transport: 0x21,
        addresses: addressBytes(
          Buffer.from('00000000000000000000ffffc0000201', 'hex'),
          Buffer.alloc(16),
          [1, 2],
        ),
      }),
      client('192.0.2.1'),
    ],
    ['TLS in front', writeV2({ addresses, extras: [ssl(1)] }), client('192.0.2.1', 1, 2, true)],
    ['no TLS in front', writeV2({ addresses, extras: [ssl(6)] }), client('192.0.2.1')],
    ['a right checksum', withSum({ addresses, extras: [ssl(0)] }), client('192.0.2.1')],
    ['a unix socket', writeV2({ transport: 0x31, addresses: Buffer.alloc(216, 0x2f) }), own],
    ['nothing known', writeV2({ transport: 0, addresses: Buffer.alloc(0) }), own],
    ['a health check', writeV2({ command: 0x20, transport: 0, addresses: Buffer.alloc(0) }), own],
    ['a health check with what is to be ignored', writeV2({ command: 0x20, addresses }), own],
  ])('reads %s', (_, bytes, header) => {
    const reading = readProxyHeader(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1\r\n')]))
    expect(reading).toEqual({ state: 'read', header, length: bytes.length })
  })

  test.each([
    ['another version', writeV2({ command: 0x11, addresses })],
    ['another command', writeV2({ command: 0x22, addresses })],
    ['datagrams', writeV2({ transport: 0x12, addresses })],
    ['a family without a transport', writeV2({ transport: 0x10, addresses })],
    ['an unknown family', writeV2({ transport: 0x41, addresses: Buffer.alloc(216) })],
    ['less than the addresses', writeV2({ addresses: addresses.subarray(1) })],
    ['no addresses', writeV2({ addresses: Buffer.alloc(0) })],
    ['more than the limit', writeV2({ addresses, extras: [tlv(0x04, Buffer.alloc(5000))] })],
    ['the promise of more than the limit', writeV2({ addresses, length: 65_535 })],
    ['half a value', writeV2({ addresses, extras: [Buffer.from([4, 0])] })],
    ['a value beyond the end', writeV2({ addresses, extras: [Buffer.from([4, 0, 9, 1])] })],
    ['a value that is cut', writeV2({ addresses, extras: [ssl(1)], length: 12 + 7 })],
    ['a wrong checksum', writeV2({ addresses, extras: [tlv(3, Buffer.alloc(4, 7))] })],
    ['half a checksum', writeV2({ addresses, extras: [tlv(3, Buffer.alloc(2))] })],
    ['two words on TLS', writeV2({ addresses, extras: [ssl(0), ssl(1)] })],
    ['half a word on TLS', writeV2({ addresses, extras: [tlv(0x20, Buffer.from([1]))] })],
    [
      'a word on TLS that reaches beyond itself',
      writeV2({
        addresses,
        extras: [tlv(0x20, Buffer.from([1, 0, 0, 0, 0, 0x21, 0, 9])), tlv(4, Buffer.alloc(20))],
      }),
    ],
    ['an id that is too long', writeV2({ addresses, extras: [tlv(5, Buffer.alloc(129))] })],
    ['nearly the signature', Buffer.from('\r\n\r\n\0\r\nQUIT\r')],
  ])('refuses %s', (_, bytes) => {
    expect(readProxyHeader(bytes).state).toBe('bad')
  })

  test('reads what was written, however it is cut', () => {
    fc.assert(
      fc.property(v2Header, fc.nat(), fc.uint8Array(), ({ bytes, ports }, cut, after) => {
        const all = Buffer.concat([bytes, after])
        expect(readInPieces(all, cut % (all.length + 1))).toMatchObject({
          state: 'read',
          length: bytes.length,
          header: { port: ports[0], localPort: ports[1] },
        })
      }),
    )
  })

  test('a checksum finds every changed bit', () => {
    fc.assert(
      fc.property(ipv4Bytes, fc.nat(), (from, bit) => {
        const bytes = withSum({ addresses: addressBytes(from, Buffer.alloc(4), [1, 2]) })
        const at = 16 + (bit % 12)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8))
        expect(readProxyHeader(bytes).state).toBe('bad')
      }),
    )
  })
})

test('no bytes make it throw, wait beyond the limits, or change its mind', () => {
  const start = fc.constantFrom(
    '',
    'PROXY ',
    'PROXY TCP4 ',
    '\r\n\r\n\0\r\nQUIT\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11',
  )
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), fc.nat(), (start, bytes, cut) => {
      const all = Buffer.concat([Buffer.from(start, 'latin1'), bytes])
      const reading = readProxyHeader(all)

      expect(readInPieces(all, cut % (all.length + 1))).toEqual(reading)
      expect('length' in reading ? reading.length : 0).toBeLessThanOrEqual(all.length)
      const longer = Buffer.concat([all, Buffer.alloc(5000, 0x41)])
      expect(readProxyHeader(longer).state).not.toBe('more')
    }),
    { numRuns: 3000 },
  )
})
