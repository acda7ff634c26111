import { once } from 'node:events'
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { type AddressInfo, connect as connectTo, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Exchange, ExchangeListener } from './exchange.ts'
import { Http2Front } from './http2-front.ts'
import { acceptOf } from './http2-websocket.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { headerOf } from './message.ts'
import { TimeLimits } from './time-limits.ts'
import {
  data,
  END_HEADERS,
  END_STREAM,
  type Fields,
  FRAME,
  type Frame,
  headers,
  PREFACE,
  RawHttp2,
  reset,
} from './testing/http2-wire.ts'

/** What a server behind would hear. */
class Heard implements ExchangeListener {
  body = ''
  trailers: readonly string[] | undefined
  isClosed = false
  drains = 0
  readonly whole = Promise.withResolvers<void>()
  readonly gone = Promise.withResolvers<void>()

  received(piece: Buffer): void {
    this.body += piece.toString()
  }
  receivedAll(trailers: readonly string[]): void {
    this.trailers = trailers
    this.whole.resolve()
  }
  flush(): void {}
  drained(): void {
    this.drains++
  }
  closed(): void {
    this.isClosed = true
    this.gone.resolve()
  }
}

let front: Http2Front
let server: Server
let refused: string[]
let exchanges: Exchange[]
let act: (exchange: Exchange) => void
let client: ClientHttp2Session
const raws: RawHttp2[] = []
const peer = { address: '192.0.2.1', secure: true, trusted: false, localPort: 443 }

beforeEach(async () => {
  refused = []
  exchanges = []
  act = (exchange) => exchange.answer({ status: 200, reason: 'OK', headers: [], body: OK })
  const meter = {
    opened: () => undefined,
    closed: () => undefined,
    asked: () => undefined,
    answered: () => undefined,
    refused: (reason: string) => refused.push(reason),
    ended: () => undefined,
  }
  front = new Http2Front({
    times: new TimeLimits(1000),
    limits: { ...DEFAULT_LIMITS, headerCount: 20 },
    meter,
    handle: (exchange) => {
      exchanges.push(exchange)
      act(exchange)
    },
  })
  server = createServer((socket) => front.serve(socket, peer))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  client = connect(`http://127.0.0.1:${port()}`)
  client.on('error', () => undefined)
})
afterEach(async () => {
  vi.useRealTimers()
  client.destroy()
  for (const raw of raws.splice(0)) raw.close()
  front.close()
  await new Promise((resolve) => server.close(resolve))
})

const OK = Buffer.from('ok')
const port = () => (server.address() as AddressInfo).port

function ask(fields: OutgoingHttpHeaders, options: { endStream?: boolean } = {}) {
  const stream = client.request(
    { ':scheme': 'https', ':authority': 'hub.example', ...fields },
    options,
  )
  stream.on('error', () => undefined)
  return stream
}

async function statusOf(stream: ClientHttp2Stream): Promise<number | undefined> {
  const [fields] = (await once(stream, 'response')) as [Record<string, number>]
  return fields[':status']
}

async function raw(): Promise<RawHttp2> {
  const socket = connectTo(port(), '127.0.0.1')
  const made = new RawHttp2(socket)
  raws.push(made)
  await once(socket, 'connect')
  made.begin()
  return made
}

const isLast = ({ type, flags }: Frame) => type <= FRAME.headers && (flags & END_STREAM) !== 0

const GET: Fields = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'hub.example'],
  [':path', '/'],
]
const POST: Fields = GET.map(([name, value]) => [name, name === ':method' ? 'POST' : value])

describe('a request by HTTP/2', () => {
  test('is handed on with its body and trailers, and answered with body and trailers', async () => {
    const heard = new Heard()
    act = (exchange) => {
      exchange.receive(heard)
      heard.whole.promise
        .then(() => {
          exchange.inform({ status: 103, reason: '', headers: ['Link', '</a>', 'Link', '</b>'] })
          exchange.begin(
            { status: 201, reason: '', headers: ['Trailer', 'sum', 'X', 'y'] },
            'unknown',
          )
          exchange.write(Buffer.from('hel'))
          exchange.write(Buffer.from('lo'))
          return exchange.end(['Sum', '5'])
        })
        .catch(() => undefined)
    }
    const stream = ask({ ':method': 'POST', ':path': '/x?y' }, { endStream: false })
    const early = once(stream, 'headers')
    stream.on('wantTrailers', () => stream.sendTrailers({ digest: 'd' }))
    stream.end('body')
    const trailers = once(stream, 'trailers')

    expect(await statusOf(stream)).toBe(201)
    expect((await early)[0]).toMatchObject({ ':status': 103, link: '</a>, </b>' })
    expect(await text(stream)).toBe('hello')
    expect((await trailers)[0]).toMatchObject({ sum: '5' })
    expect(heard).toMatchObject({ body: 'body' })
    expect(exchanges[0]?.head).toMatchObject({ method: 'POST', target: '/x?y', version: '2', peer })
  })

  test('for HEAD is answered without a body, and with its length', async () => {
    const stream = ask({ ':method': 'HEAD', ':path': '/' })
    const [fields] = (await once(stream, 'response')) as [Record<string, unknown>]

    expect(fields).toMatchObject({ ':status': 200, 'content-length': '2' })
    expect(await text(stream)).toBe('')
  })

  test('waits while nobody takes its body', async () => {
    const heard = new Heard()
    act = (exchange) => {
      exchange.receive(heard)
      exchange.pause()
    }
    const stream = ask({ ':method': 'POST', ':path': '/' }, { endStream: false })
    stream.end(Buffer.alloc(1024 * 1024, 'x'))
    await once(stream, 'ready')
    await vi.waitFor(() => expect(exchanges).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(heard.body.length).toBe(0)
    expect(stream.writableFinished).toBe(false)

    exchanges[0]?.resume()
    await heard.whole.promise
    expect(heard.body.length).toBe(1024 * 1024)
  })

  test('says when its client takes no more, and when it does again', async () => {
    const heard = new Heard()
    let wrote = 0
    act = (exchange) => {
      exchange.receive(heard)
      exchange.begin({ status: 200, reason: '', headers: [] }, 'unknown')
      while (wrote < 1000 && exchange.write(Buffer.alloc(16_384))) wrote++
    }
    const stream = ask({ ':method': 'GET', ':path': '/' })
    stream.pause()
    await once(stream, 'response')
    expect(wrote).toBeLessThan(100)

    stream.resume()
    await vi.waitFor(() => expect(heard.drains).toBe(1))
  })

  test('that its client gives up is told of as given up', async () => {
    const heard = new Heard()
    act = (exchange) => exchange.receive(heard)
    const client = await raw()
    client.send(headers(1, POST, END_HEADERS), data(1, 'half'))
    await vi.waitFor(() => expect(heard.body).toBe('half'))
    client.send(reset(1, constants.NGHTTP2_CANCEL))

    await heard.gone.promise
    expect(heard.trailers).toBeUndefined()
  })

  test.each(['length', 'unknown'] as const)(
    'that is cut off is reset, its body (%s) never ended',
    async (body) => {
      act = (exchange) => {
        exchange.begin({ status: 200, reason: '', headers: [] }, body)
        exchange.write(Buffer.from('half'))
        setTimeout(() => exchange.abort(), 10)
      }
      const client = await raw()
      client.send(headers(1, GET))

      const end = await client.next(({ type }) => type === FRAME.reset)
      expect(end?.payload.readUInt32BE(0)).toBe(constants.NGHTTP2_INTERNAL_ERROR)
      expect(client.body(1)).toBe('half')
      expect(client.frames.filter(isLast)).toEqual([])
    },
  )

  test('whose answer is whole before its body is told that no more is wanted', async () => {
    const stream = ask({ ':method': 'POST', ':path': '/' }, { endStream: false })
    stream.write('half')
    expect(await statusOf(stream)).toBe(200)
    expect(await text(stream)).toBe('ok')
    if (!stream.closed) await once(stream, 'close')
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR)
  })

  test('whose answer has no body is answered before it is told that no more is wanted', async () => {
    act = (exchange) => {
      exchange.answer({ status: 413, reason: '', headers: [], body: Buffer.alloc(0) })
    }
    const client = await raw()
    client.send(headers(1, POST, END_HEADERS), data(1, 'half'))

    expect(await client.outcome(1)).toBe('413')
    const end = await client.next(({ type }) => type === FRAME.reset)
    expect(end?.payload.readUInt32BE(0)).toBe(constants.NGHTTP2_NO_ERROR)
  })

  test('with a status that HTTP/2 does not have is reset, and nothing else happens', async () => {
    act = (exchange) => exchange.answer({ status: 999, reason: '', headers: [], body: OK })
    const client = await raw()
    client.send(headers(1, GET))
    expect(await client.outcome(1)).toBe('reset 2')

    act = (exchange) => exchange.answer({ status: 200, reason: '', headers: [], body: OK })
    client.send(headers(3, GET))
    expect(await client.outcome(3)).toBe('200')
  })

  test('with more fields than are taken is answered 431', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`x-${i}`, 'y']))
    expect(await statusOf(ask({ ':method': 'GET', ':path': '/', ...many }))).toBe(431)
    expect(exchanges).toHaveLength(0)
    expect(refused).toEqual(['limit'])
  })
})

describe('a body', () => {
  test.each([
    ['is shorter than announced', data(1, 'abc', 1), 'reset 1'],
    ['is longer than announced', data(1, 'abcdefghij', 1), 'goaway 2'],
    [
      'ends by a reset that names no error',
      Buffer.concat([data(1, 'abc'), reset(1, 0)]),
      undefined,
    ],
    ['ends by a reset', Buffer.concat([data(1, 'abc'), reset(1, 8)]), undefined],
  ])('that %s is never whole for the server behind', async (_, bytes, outcome) => {
    const heard = new Heard()
    act = (exchange) => exchange.receive(heard)
    const client = await raw()
    client.send(headers(1, [...POST, ['content-length', '5']], END_HEADERS), bytes)

    await heard.gone.promise
    expect(heard.trailers).toBeUndefined()
    expect(outcome === undefined ? undefined : await client.outcome(1)).toBe(outcome)
  })

  test('without a length that ends by a reset is never whole, either', async () => {
    const heard = new Heard()
    act = (exchange) => exchange.receive(heard)
    const client = await raw()
    client.send(headers(1, POST, END_HEADERS), data(1, 'abc'), reset(1, 0))

    await heard.gone.promise
    expect(heard.trailers).toBeUndefined()
  })

  test('that was announced and does not come is refused', async () => {
    const client = await raw()
    client.send(headers(1, [...POST, ['content-length', '5']]))
    expect(await client.outcome(1)).toBe('reset 1')
    expect(exchanges).toHaveLength(0)
  })
})

describe('a websocket', () => {
  const CONNECT = { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/ws' }

  test('is asked for by an extended CONNECT, and joined', async () => {
    act = (exchange) => {
      const key = headerOf(exchange.head.headers, 'sec-websocket-key')
      const answer = ['Sec-WebSocket-Accept', acceptOf(key) ?? '', 'Sec-WebSocket-Protocol', 'x']
      const socket = exchange.switchProtocols({ status: 101, reason: '', headers: answer })
      socket.pipe(socket)
    }
    await once(client, 'remoteSettings')
    expect(client.remoteSettings.enableConnectProtocol).toBe(true)
    const stream = ask({ ...CONNECT, 'sec-websocket-version': '13' }, { endStream: false })
    const [fields] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(fields).toMatchObject({ ':status': 200, 'sec-websocket-protocol': 'x' })
    expect(fields).not.toHaveProperty('sec-websocket-accept')

    stream.end('frames')
    expect(await text(stream)).toBe('frames')
    expect(exchanges[0]).toMatchObject({ wantsWebsocket: true, hasBody: false })
    expect(exchanges[0]?.head).toMatchObject({ method: 'GET', target: '/ws' })
  })

  test('is not agreed to by a server that did not understand', async () => {
    act = (exchange) => {
      const answer = ['Sec-WebSocket-Accept', 'no']
      exchange.switchProtocols({ status: 101, reason: '', headers: answer })
    }
    await once(client, 'remoteSettings')
    expect(await statusOf(ask(CONNECT, { endStream: false }))).toBe(502)
  })

  test('may be refused with a page', async () => {
    act = (exchange) => exchange.answer({ status: 403, reason: '', headers: [], body: OK })
    await once(client, 'remoteSettings')
    const stream = ask(CONNECT, { endStream: false })
    expect(await statusOf(stream)).toBe(403)
    expect(await text(stream)).toBe('ok')
  })
})

describe('a connection', () => {
  test('whose front is drained finishes what it has, and takes nothing new', async () => {
    act = () => undefined
    const stream = ask({ ':method': 'GET', ':path': '/' })
    await vi.waitFor(() => expect(exchanges).toHaveLength(1))
    front.drain()
    await once(client, 'goaway')

    exchanges[0]?.answer({ status: 200, reason: '', headers: [], body: OK })
    expect(await statusOf(stream)).toBe(200)
    expect(await text(stream)).toBe('ok')
    await vi.waitFor(() => expect(client.destroyed).toBe(true))
  })

  test('that breaks off its requests again and again is ended', async () => {
    act = (exchange) => exchange.receive(new Heard())
    const client = await raw()
    let stream = 1
    for (let i = 0; i < 500; i++, stream += 2) client.send(headers(stream, GET), reset(stream, 8))

    const end = await client.next(({ type }) => type === 7)
    expect(end?.payload.readUInt32BE(4)).not.toBe(0)
    await vi.waitFor(() => expect(client.ended).toBe(true))
  })

  test('that makes us break off its requests again and again is ended', async () => {
    act = (exchange) => exchange.receive(new Heard())
    const client = await raw()
    let stream = 1
    for (let i = 0; i < 500; i++, stream += 2) {
      client.send(
        headers(stream, [...POST, ['content-length', '1']], END_HEADERS),
        data(stream, 'ab'),
      )
      await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(client.ended).toBe(true))
  })

  test('that was told to leave and does not hang up is hung up on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const socket = connectTo({ port: port(), host: '127.0.0.1', allowHalfOpen: true })
    const stubborn = new RawHttp2(socket)
    raws.push(stubborn)
    stubborn.begin()
    await stubborn.next(({ type }) => type === 4)
    front.drain()
    await once(socket, 'end')
    await vi.waitFor(() => {
      vi.advanceTimersByTime(1000)
      // What is sent into a connection that is gone comes back as its end.
      stubborn.send(PREFACE)
      expect(stubborn.ended).toBe(true)
    })
  })

  test.each([
    ['does not ask for anything', []],
    ['does not send the body that it announced', [headers(1, POST, END_HEADERS)]],
  ])('that %s is let go', async (_, frames) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const heard = new Heard()
    act = (exchange) => exchange.receive(heard)
    const client = await raw()
    client.send(...frames)
    await vi.waitFor(() => expect(exchanges).toHaveLength(frames.length))
    await client.next(({ type }) => type === 4)
    vi.advanceTimersByTime(200_000)

    const end = await client.next(({ type }) => type === 7 || type === 3)
    expect(end).toBeDefined()
  })

  test('that does not take what waits for it is let go', async () => {
    const heard = new Heard()
    act = (exchange) => {
      exchange.receive(heard)
      exchange.answer({ status: 200, reason: '', headers: [], body: Buffer.alloc(1024 * 1024) })
    }
    const client = await raw()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    client.send(headers(1, GET))
    expect(await client.outcome(1)).toBe('200')
    const waiting = await raw()
    waiting.send(headers(1, GET))
    await vi.waitFor(() => expect(exchanges).toHaveLength(2))
    vi.advanceTimersByTime(200_000)

    expect(await waiting.next(({ type }) => type === 3)).toBeDefined()
    expect(refused).toContain('limit')
  })
})
