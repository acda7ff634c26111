import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, BlockList, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectSecurely, type TLSSocket, type TlsOptions } from 'node:tls'

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'

import { Entrance } from './entrance.ts'
import type { Gate } from './gate.ts'
import { DEFAULT_CROWD, Gatekeeper } from './gatekeeper.ts'
import type { Peer } from './message.ts'
import { addressBytes, tlv, writeV2 } from './testing/proxy-header-text.ts'

let folder: string
const certificates: TlsOptions[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-entrance-'))
  for (const name of ['one', 'two']) {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:hub.example']
    const files = ['-keyout', key, '-out', cert]
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' })
    certificates.push({ key: readFileSync(key), cert: readFileSync(cert) })
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const open: Entrance[] = []
afterEach(async () => {
  for (const { server } of open.splice(0)) await new Promise((resolve) => server.close(resolve))
})

function listOf(...ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    if (address.includes(':')) list.addSubnet(address, Number(bits ?? 128), 'ipv6')
    else list.addSubnet(address, Number(bits ?? 32), 'ipv4')
  }
  return list
}

interface Served {
  readonly port: number
  readonly peers: Peer[]
  readonly failures: string[]
  readonly entrance: Entrance
}

/** Answers each connection with what it is known as, and then with what it sends. */
async function serving(options: {
  tls?: TlsOptions
  trusted?: string[]
  announcers?: string[]
  http2?: boolean
  gate?: Gate
}): Promise<Served> {
  const peers: Peer[] = []
  const failures: string[] = []
  const entrance = new Entrance({
    tls: options.tls,
    http2: options.http2 ?? true,
    handshakeMs: 2000,
    trusted: listOf(...(options.trusted ?? [])),
    announcers: listOf(...(options.announcers ?? [])),
    ...(options.gate && { gate: options.gate }),
    serve: (socket, peer) => {
      peers.push(peer)
      socket.on('error', () => socket.destroy())
      socket.pipe(socket)
    },
    meter: { refused: (reason) => failures.push(reason) },
  })
  open.push(entrance)
  await new Promise<void>((resolve) => entrance.server.listen(0, '127.0.0.1', resolve))
  return { port: (entrance.server.address() as AddressInfo).port, peers, failures, entrance }
}

/** What comes back of it; '' when the connection is closed. */
async function echo(socket: Socket, ...pieces: (string | Buffer)[]): Promise<string> {
  socket.on('error', () => undefined)
  for (const piece of pieces) socket.write(piece)
  socket.end()
  return text(socket).catch(() => '')
}

const here = (port: number) => connect(port, '127.0.0.1')

async function securely(socket: Socket, ALPNProtocols?: string[]): Promise<TLSSocket> {
  const secure = connectSecurely({
    socket,
    servername: 'hub.example',
    rejectUnauthorized: false,
    ...(ALPNProtocols && { ALPNProtocols }),
  })
  await once(secure, 'secureConnect')
  return secure
}

const V1 = 'PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\r\n'

describe('without a word from a balancer', () => {
  test('a client is known by its own address', async () => {
    const { port, peers } = await serving({})
    expect(await echo(here(port), 'hello')).toBe('hello')
    expect(peers).toEqual([
      { address: '127.0.0.1', secure: false, trusted: false, localPort: port },
    ])
  })

  test('a listed proxy is trusted', async () => {
    const { port, peers } = await serving({ trusted: ['127.0.0.0/8'] })
    await echo(here(port), 'hello')
    expect(peers).toMatchObject([{ address: '127.0.0.1', trusted: true }])
  })

  test('a PROXY header is what the client says, and nothing else', async () => {
    const { port, peers } = await serving({ announcers: ['192.0.2.1'], trusted: ['192.0.2.7'] })
    expect(await echo(here(port), V1, 'hello')).toBe(`${V1}hello`)
    expect(peers).toMatchObject([{ address: '127.0.0.1', trusted: false }])
  })
})

describe('from a listed balancer', () => {
  const announcers = ['127.0.0.1']

  test.each([
    ['version 1', Buffer.from(V1), { address: '192.0.2.7', localPort: 443, secure: false }],
    [
      'version 2',
      writeV2({ addresses: addressBytes(Buffer.from([192, 0, 2, 7]), Buffer.alloc(4), [1, 443]) }),
      { address: '192.0.2.7', localPort: 443, secure: false },
    ],
    [
      'TLS in front',
      writeV2({
        addresses: addressBytes(Buffer.from([192, 0, 2, 7]), Buffer.alloc(4), [1, 443]),
        extras: [tlv(0x20, Buffer.from([1, 0, 0, 0, 0]))],
      }),
      { address: '192.0.2.7', localPort: 443, secure: true },
    ],
    ['nothing known', Buffer.from('PROXY UNKNOWN\r\n'), { address: '127.0.0.1', secure: false }],
    ['a health check', writeV2({ command: 0x20 }), { address: '127.0.0.1', secure: false }],
  ])('%s is believed', async (_, header, peer) => {
    const { port, peers } = await serving({ announcers })
    expect(await echo(here(port), header, 'hello')).toBe('hello')
    expect(peers).toMatchObject([{ ...peer, trusted: false }])
  })

  test.each([
    ['no header', 'GET / HTTP/1.1\r\n\r\n'],
    ['a broken header', 'PROXY TCP4 192.0.2.7 192.0.2.8 1234 443\nGET / HTTP/1.1\r\n\r\n'],
    ['TLS at once', '\x16\x03\x01\x02\x00'],
  ])('%s closes the connection', async (_, bytes) => {
    const { port, peers, failures } = await serving({ announcers })
    expect(await echo(here(port), Buffer.from(bytes, 'latin1'))).toBe('')
    expect(peers).toEqual([])
    expect(failures).toEqual(['handshake'])
  })

  test('only one header is taken: a second is what the client says', async () => {
    const { port, peers } = await serving({ announcers })
    const second = V1.replace('192.0.2.7', '10.0.0.1')
    expect(await echo(here(port), V1, second)).toBe(second)
    expect(peers).toMatchObject([{ address: '192.0.2.7' }])
  })

  test.each([
    ['the proxy beyond it is trusted', '10.1.2.3', true],
    ['this machine is not', '127.0.0.1', false],
    ['every address of this machine is not', '0.0.0.0', false],
    ['nor in a longer form', '::ffff:127.0.0.1', false],
    ['nor by IPv6', '::1', false],
  ])('%s', async (_, address, trusted) => {
    const { port, peers } = await serving({
      announcers,
      trusted: ['10.1.2.3', '127.0.0.0/8', '0.0.0.0/8', '::1'],
    })
    const six = address.includes(':')
    await echo(here(port), `PROXY TCP${six ? 6 : 4} ${address} ${address} 1 2\r\nhello`)
    expect(peers).toMatchObject([{ trusted }])
  })

  test('who does not say whose the connection is, is not trusted for being listed', async () => {
    const { port, peers } = await serving({ announcers, trusted: ['127.0.0.1'] })
    await echo(here(port), 'PROXY UNKNOWN\r\nhello')
    expect(peers).toMatchObject([{ address: '127.0.0.1', trusted: false }])
  })

  test.each(['in one piece', 'byte by byte'])('TLS begins behind the header, %s', async (how) => {
    const { port, peers } = await serving({ announcers, tls: certificates[0] ?? {} })
    const socket = here(port)
    for (const piece of how === 'in one piece' ? [V1] : V1) {
      socket.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await echo(await securely(socket), 'hello')).toBe('hello')
    expect(peers).toMatchObject([{ address: '192.0.2.7', localPort: 443, secure: true }])
  })

  test('a header inside of TLS is none', async () => {
    const { port, peers } = await serving({ announcers, tls: certificates[0] ?? {} })
    const socket = here(port)
    socket.write(V1)
    const second = V1.replace('192.0.2.7', '10.0.0.1')
    expect(await echo(await securely(socket), second)).toBe(second)
    expect(peers).toMatchObject([{ address: '192.0.2.7' }])
  })
})

describe('with TLS', () => {
  test.each([
    [true, ['h2', 'http/1.1'], 'h2'],
    [true, ['http/1.1'], 'http/1.1'],
    [true, undefined, false],
    [false, ['h2', 'http/1.1'], 'http/1.1'],
  ])('HTTP/2 %s, and a client that takes %s: %s', async (http2, protocols, chosen) => {
    const { port, peers } = await serving({ tls: certificates[0] ?? {}, http2 })
    const socket = await securely(here(port), protocols)
    expect(socket.alpnProtocol).toBe(chosen)
    expect(await echo(socket, 'hello')).toBe('hello')
    expect(peers).toMatchObject([{ address: '127.0.0.1', secure: true }])
  })

  test('a new certificate is shown to who comes from now on', async () => {
    const { port, entrance } = await serving({ tls: certificates[0] ?? {} })
    const before = await securely(here(port))
    expect(before.getPeerCertificate().subject.CN).toBe('one')
    entrance.renew(certificates[1] ?? {})

    const after = await securely(here(port))
    expect(after.getPeerCertificate().subject.CN).toBe('two')
    expect(await echo(before, 'hello')).toBe('hello')
    await echo(after)
  })

  test.each([
    ['speaks plainly', 'GET / HTTP/1.1\r\n\r\n'],
    ['says nothing of sense', '\x16\x03\x01\x00\x05hello'],
    ['says nothing', ''],
  ])('a client that %s is closed, and nothing else happens', async (_, bytes) => {
    const { port, peers, failures } = await serving({ tls: certificates[0] ?? {} })
    await echo(here(port), Buffer.from(bytes, 'latin1'))
    expect(peers).toEqual([])
    expect(failures).toEqual(['handshake'])
  })
})

describe('where there is no room', () => {
  const gateOf = () =>
    new Gatekeeper({
      limits: { ...DEFAULT_CROWD, connectionsPerAddress: 1 },
      isTrusted: () => false,
      isHub: () => false,
      now: () => 0,
    })

  test('a client is told when to come again, until another one has left', async () => {
    const { port } = await serving({ gate: gateOf() })
    const first = here(port)
    await once(first, 'connect')
    expect(await echo(here(port), 'hello')).toMatch(
      /^HTTP\/1\.1 429 Too Many Requests\r\nRetry-After: 5\r\n/,
    )
    expect(await echo(first, 'hello')).toBe('hello')
    await vi.waitFor(async () => expect(await echo(here(port), 'hello')).toBe('hello'))
  })

  test('nobody shakes hands, and whoever does not even try counts', async () => {
    const [tls] = certificates
    const { port } = await serving({ gate: gateOf(), tls: tls ?? {} })
    const first = here(port)
    await once(first, 'connect')
    await expect(securely(here(port))).rejects.toThrow('disconnected before')
    first.destroy()
    for (let i = 0; i < 2; i++)
      await vi.waitFor(async () =>
        expect(await echo(await securely(here(port)), 'hello')).toBe('hello'),
      )
  })

  test('it is the client of a balancer who counts', async () => {
    const { port } = await serving({ gate: gateOf(), announcers: ['127.0.0.1'] })
    const first = here(port)
    first.write(V1)
    first.write('hello')
    await once(first, 'data')
    expect(await echo(here(port), V1, 'hello')).toContain('429')
    expect(await echo(here(port), V1.replace('192.0.2.7', '192.0.2.9'), 'hello')).toBe('hello')
    first.destroy()
  })
})
