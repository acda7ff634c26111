import { connect } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type ProxyProcess, startProxy } from '../adapters/routes-http/testing/proxy-process.ts'
import {
  addressBytes,
  tlv,
  withSum,
  writeV2,
} from '../core/forwarding/testing/proxy-header-text.ts'
import { RecordingServer } from './proxy/recording-server.ts'
import type { StrictRequest } from './proxy/strict-reading.ts'

const HOST = 'hub.example'
const GET = `GET /case HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`
const SMUGGLED = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`
const V1 = 'PROXY TCP4 203.0.113.7 203.0.113.8 1234 443\r\n'
const addresses = addressBytes(Buffer.from([203, 0, 113, 7]), Buffer.from([203, 0, 113, 8]), [1, 2])
const V2 = writeV2({ addresses }).toString('latin1')

/** Addresses of this machine: the balancer, and somebody else. */
const BALANCER = '127.0.0.2'
const OTHER = '127.0.0.3'

let proxy: ProxyProcess
let server: RecordingServer
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-proxy-protocol-'))
  proxy = await startProxy(['--public-name', HOST, '--proxy-protocol-from', BALANCER])
  server = await RecordingServer.listen(join(folder, 'behind.sock'))
  await proxy.order('POST', '/api/routes/', { target: server.url })
})
afterAll(async () => {
  await proxy.end()
  server[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

/** Says these pieces, from the address. @returns the status of each answer */
async function say(from: string, ...pieces: readonly string[]): Promise<readonly string[]> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', localAddress: from, noDelay: true })
  socket.on('error', () => undefined)
  for (const piece of pieces) {
    socket.write(piece, 'latin1')
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.end()
  const answers = await text(socket).catch(() => '')
  return [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status = '']) => status)
}

/** What the server has received since the last time. @throws Error when it was anything but whole requests */
async function received(): Promise<readonly StrictRequest[]> {
  for (let i = 0; i < 3; i++)
    expect(await say(OTHER, GET.replace('/case', '/probe'))).toEqual(['200'])
  if (server.wrong.length > 0) throw new Error(`the server received ${server.wrong.join('\n')}`)
  const found = server.seen.map(({ request }) => request)
  server.forget()
  return found.filter(({ target }) => target !== '/probe')
}

const from = ({ headers }: StrictRequest) =>
  headers.filter(([name]) => name === 'x-forwarded-for').map(([, value]) => value)

describe('a listed balancer', () => {
  test.each([
    ['version 1', V1, '203.0.113.7'],
    ['version 2', V2, '203.0.113.7'],
    ['a checksum', withSum({ addresses }).toString('latin1'), '203.0.113.7'],
    ['IPv6', 'PROXY TCP6 2001:DB8::7 ::1 1 2\r\n', '2001:db8::7'],
    ['nobody', 'PROXY UNKNOWN\r\n', BALANCER],
    ['itself', writeV2({ command: 0x20 }).toString('latin1'), BALANCER],
    [
      'a unix socket',
      writeV2({
        transport: 0x31,
        addresses: Buffer.from('/run/operator.sock'.padEnd(216, '\0')),
      }).toString('latin1'),
      BALANCER,
    ],
  ])('that names %s is believed', async (_, header, address) => {
    expect(await say(BALANCER, `${header}${GET}`)).toEqual(['200'])
    const seen = await received()
    expect(seen).toMatchObject([{ method: 'GET', target: '/case' }])
    expect(seen.flatMap(from)).toEqual([address])
  })

  test('names its client once, for all requests of the connection', async () => {
    const keep = GET.replace('Connection: close\r\n', '')
    expect(await say(BALANCER, V1, keep, GET)).toEqual(['200', '200'])
    expect((await received()).flatMap(from)).toEqual(['203.0.113.7', '203.0.113.7'])
  })

  test('is heard byte by byte', async () => {
    expect(await say(BALANCER, ...V1.split(''), GET)).toEqual(['200'])
    expect((await received()).flatMap(from)).toEqual(['203.0.113.7'])
  })

  test('does not lend its word to what its client says', async () => {
    const forged = GET.replace(
      '\r\n\r\n',
      '\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: for=::1\r\n\r\n',
    )
    expect(await say(BALANCER, `${V1}${forged}`)).toEqual(['200'])
    const [seen] = await received()
    expect(seen && from(seen)).toEqual(['203.0.113.7'])
    expect(seen?.headers.map(([name]) => name)).not.toContain('forwarded')
  })

  test.each(['127.0.0.1', '0.0.0.0', '10.0.0.1', '255.255.255.255'])(
    'that names %s has it written down, and nothing comes of it',
    async (address) => {
      const header = `PROXY TCP4 ${address} 127.0.0.1 1 2\r\n`
      const forged = GET.replace('\r\n\r\n', '\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n')
      expect(await say(BALANCER, `${header}${forged}`)).toEqual(['200'])
      expect((await received()).flatMap(from)).toEqual([address])
    },
  )

  test.each<[string, string[]]>([
    ['no header', [GET]],
    ['a header after its request', [`${GET}${V1}`]],
    ['a bare LF', [`${V1.replace('\r\n', '\n')}${GET}`]],
    ['a bare CR', [`${V1.replace('\r\n', '\r')}${GET}`]],
    ['a line that is too long', [`PROXY UNKNOWN ${'x'.repeat(200)}\r\n${GET}`]],
    [
      'a request within the line',
      [`PROXY UNKNOWN GET /smuggled HTTP/1.1\nHost: ${HOST}\n\n\r\n${GET}`],
    ],
    ['the line of another protocol', [`PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n${GET}`]],
    ['a name in place of an address', [`PROXY TCP4 localhost 127.0.0.1 1 2\r\n${GET}`]],
    ['a socket in place of an address', [`PROXY UNIX /run/operator.sock /run/x 1 2\r\n${GET}`]],
    ['IPv6 as IPv4', [`PROXY TCP4 ::1 ::1 1 2\r\n${GET}`]],
    ['zeros before a number', [`PROXY TCP4 127.0.00.1 127.0.0.1 1 2\r\n${GET}`]],
    ['half a line', [V1.slice(0, 20)]],
    ['half a header', [V2.slice(0, 20)]],
    [
      'a wrong checksum',
      [writeV2({ addresses, extras: [tlv(3, Buffer.alloc(4))] }).toString('latin1') + GET],
    ],
    ['a length below its addresses', [writeV2({ addresses, length: 4 }).toString('latin1') + GET]],
    [
      'a length that reaches into a request',
      [writeV2({ addresses, length: 12 + 40 }).toString('latin1') + SMUGGLED + GET],
    ],
    [
      'a length that reaches beyond all',
      [writeV2({ addresses, length: 65_535 }).toString('latin1') + GET],
    ],
    [
      'a value that reaches into a request',
      [
        writeV2({ addresses, extras: [Buffer.from([4, 0, 40])] }).toString('latin1') +
          SMUGGLED +
          GET,
      ],
    ],
    ['both versions in one', [V1.slice(0, 6) + V2 + GET]],
    ['TLS at once', ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03']],
  ])('that sends %s is let go unanswered', async (_, pieces) => {
    expect(await say(BALANCER, ...pieces)).toEqual([])
    expect(await received()).toEqual([])
  })

  test.each<[string, string]>([
    ['a second header', `${V1}${V1.replace('203.0.113.7', '127.0.0.1')}${GET}`],
    ['a second header of the other version', `${V1}${V2}${GET}`],
    ['a second header of the first version', `${V2}${V1}${GET}`],
    ['TLS where there is none', `${V1}\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`],
    [
      'a length of zero, and addresses behind it',
      writeV2({ transport: 0, addresses: Buffer.alloc(0) }).toString('latin1') +
        addresses.toString('latin1') +
        GET,
    ],
    [
      'a length that eats the beginning of a request',
      writeV2({ command: 0x20, addresses: Buffer.alloc(0), length: 10 }).toString('latin1') +
        SMUGGLED,
    ],
  ])('whose client sends %s has a bad request for a client', async (_, bytes) => {
    expect(await say(BALANCER, bytes)).toEqual(['400'])
    expect(await received()).toEqual([])
  })
})

describe('anybody else', () => {
  test.each([
    ['version 1', V1],
    ['version 1 that knows nothing', 'PROXY UNKNOWN\r\n'],
    ['version 2', V2],
    ['a health check', writeV2({ command: 0x20 }).toString('latin1')],
  ])('who sends %s has sent a bad request', async (_, header) => {
    expect(await say(OTHER, `${header}${GET}`)).toEqual(['400'])
    expect(await received()).toEqual([])
  })

  test('is known by his own address', async () => {
    expect(await say(OTHER, GET)).toEqual(['200'])
    expect((await received()).flatMap(from)).toEqual([OTHER])
  })
})

test('whatever becomes of a header, a server receives the request that follows it, or none', async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(V1, V2, GET, '\r\n', 'PROXY ', '\r\n\r\n\0\r\nQUIT\n', '\x21\x11\x00\x0c'),
      fc.string({ unit: 'binary-ascii', maxLength: 20 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom(BALANCER, OTHER), async (pieces, address) => {
      await say(address, pieces.join(''))
      for (const request of await received()) {
        expect(request).toMatchObject({ method: 'GET', target: '/case' })
        expect(['203.0.113.7', address]).toContain(from(request)[0])
      }
    }),
    { numRuns: 200 },
  )
})
