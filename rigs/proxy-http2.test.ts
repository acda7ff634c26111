import { createHash } from 'node:crypto'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  headers,
  number32,
  paddedData,
  PREFACE,
  type RawHttp2,
  reset,
  settings,
  windowUpdate,
} from '../core/forwarding/testing/http2-wire.ts'
import {
  ACCEPTED,
  type Http2Case,
  LEFT_OUT,
  REFUSED,
  SMUGGLED,
} from './proxy/corpus/http2-requests.ts'
import type { Script } from './proxy/recording-server.ts'
import { GET, HOST, Http2Stage, ownHeaders, withFields } from './proxy/http2-stage.ts'

const POST = withFields(GET, { ':method': 'POST' })
const WEBSOCKET = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'https'],
  [':authority', HOST],
  [':path', '/case'],
  ['sec-websocket-version', '13'],
] as const

/** RFC 6455 section 1.3. */
const WEBSOCKET_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

let stage: Http2Stage
beforeAll(async () => {
  stage = await Http2Stage.set()
})
afterAll(() => stage.end())

/** Frames that say the request on stream 1. */
function said({ fields, pieces = [], trailers }: Http2Case): Buffer[] {
  const last = pieces.length - 1
  return [
    headers(1, fields, pieces.length > 0 ? END_HEADERS : END_HEADERS | END_STREAM),
    ...pieces.map((piece, i) => data(1, piece, i === last && !trailers ? END_STREAM : 0)),
    ...(trailers ? [headers(1, trailers)] : []),
  ]
}

/** How a connection comes out that says all this after its preface and settings. */
async function outcomeOf(...parts: readonly Buffer[]): Promise<string> {
  const client = await stage.client()
  client.begin()
  client.send(...parts)
  return client.outcome(1)
}

describe('a request by HTTP/2 that HTTP/1 would say in another way reaches nobody:', () => {
  test.each(REFUSED)('$name', async (each) => {
    expect(await outcomeOf(...said(each))).toMatch(/^(?:4\d\d|501|reset|goaway)/)
    await stage.settle()
    expect(stage.received()).toEqual([])
  })
})

describe('a request by HTTP/2 reaches the server as exactly this one:', () => {
  test.each([...ACCEPTED, ...LEFT_OUT])('$name', async (each) => {
    expect(await outcomeOf(...said(each))).toBe('200')
    await stage.settle()

    const received = stage.received()
    expect(received).toMatchObject([
      { method: each.method ?? 'GET', target: '/case', body: each.body ?? '' },
    ])
    expect(received.flatMap(ownHeaders)).toEqual(each.headers)
  })

  test('a trailer, behind a body without a length', async () => {
    const each = { name: '', fields: POST, pieces: ['abc'], trailers: [['x-sum', '3'] as const] }
    expect(await outcomeOf(...said(each))).toBe('200')
    await stage.settle()
    expect(stage.received()).toMatchObject([{ body: 'abc', trailers: [['x-sum', '3']] }])
  })

  test('a body with padding, without it', async () => {
    const parts = [headers(1, POST, END_HEADERS), paddedData(1, 'abc', 200, END_STREAM)]
    expect(await outcomeOf(...parts)).toBe('200')
    await stage.settle()
    expect(stage.received()).toMatchObject([{ body: 'abc' }])
  })

  test('fields in several frames', async () => {
    const whole = block([...GET, ['x', 'y'.repeat(100)]])
    const parts = [
      frame(FRAME.headers, { flags: END_STREAM, stream: 1 }, whole.subarray(0, 10)),
      frame(FRAME.continuation, { stream: 1 }, whole.subarray(10, 50)),
      frame(FRAME.continuation, { flags: END_HEADERS, stream: 1 }, whole.subarray(50)),
    ]
    expect(await outcomeOf(...parts)).toBe('200')
    await stage.settle()
    expect(stage.received()).toHaveLength(1)
  })
})

describe('a body that breaks off is never whole for the server:', () => {
  const begun = headers(1, POST, END_HEADERS)
  const measured = headers(1, [...POST, ['content-length', '9']], END_HEADERS)

  test.each<[string, Buffer[]]>([
    ['a reset', [begun, data(1, 'abc'), reset(1, 8)]],
    ['a reset that names no error', [begun, data(1, 'abc'), reset(1, 0)]],
    ['a reset at once', [begun, reset(1, 0)]],
    ['a reset within a length', [measured, data(1, 'abc'), reset(1, 0)]],
    ['an end within a length', [measured, data(1, 'abc', END_STREAM)]],
    ['more than the length', [measured, data(1, 'abcdefghij', END_STREAM)]],
    ['more than the length, later', [measured, data(1, 'abcdefghi'), data(1, 'j', END_STREAM)]],
    [
      'frames of another kind',
      [begun, data(1, 'abc'), frame(FRAME.headers, { stream: 1 }, block([['x', 'y']]))],
    ],
    ['trailers that do not end it', [begun, headers(1, [['x', 'y']], END_HEADERS)]],
    ['a window that is too wide', [begun, data(1, 'abc'), windowUpdate(1, 0x7f_ff_ff_ff)]],
    ['no window', [begun, data(1, 'abc'), windowUpdate(1, 0)]],
    [
      'a priority of itself',
      [
        begun,
        data(1, 'abc'),
        frame(FRAME.priority, { stream: 1 }, Buffer.from('000000010f', 'hex')),
      ],
    ],
    [
      'the end of the connection',
      [begun, data(1, 'abc'), frame(FRAME.goaway, {}, Buffer.alloc(8))],
    ],
  ])('%s', async (_, parts) => {
    const client = await stage.client()
    client.begin()
    client.send(...parts)
    await stage.probe()
    client.send(...parts.slice(1))
    await stage.settle()
    expect(stage.received()).toEqual([])
  })
})

describe('what follows on a stream or connection that is done for is not heard:', () => {
  const second = headers(3, withFields(GET, { ':path': '/second' }))
  const oversized = Buffer.alloc(20_000)

  test.each<[string, Buffer[]]>([
    ['a body on no stream', [data(0, SMUGGLED, END_STREAM), second]],
    ['a body on a stream that is not open', [data(1, SMUGGLED, END_STREAM), second]],
    ['a reset of a stream that is not open', [reset(1, 8), second]],
    ['a stream of the server’s own', [headers(2, GET), second]],
    [
      'a promise',
      [
        frame(
          FRAME.push,
          { flags: END_HEADERS, stream: 1 },
          Buffer.concat([number32(2), block(GET)]),
        ),
        second,
      ],
    ],
    [
      'fields that do not follow',
      [frame(FRAME.continuation, { flags: END_HEADERS, stream: 1 }, block(GET)), second],
    ],
    [
      'fields that another stream breaks into',
      [frame(FRAME.headers, { flags: END_STREAM, stream: 1 }, block(GET)), second],
    ],
    [
      'fields that a body breaks into',
      [frame(FRAME.headers, { stream: 1 }, block(GET)), data(1, SMUGGLED, END_STREAM), second],
    ],
    [
      'a frame beyond the size that was agreed',
      [frame(FRAME.data, { stream: 1 }, oversized), second],
    ],
    ['settings of half a setting', [frame(FRAME.settings, {}, Buffer.alloc(5)), second]],
    ['settings on a stream', [frame(FRAME.settings, { stream: 1 }), second]],
    ['a window beyond all numbers', [settings([4, 0x80_00_00_00]), second]],
    ['a ping of half a ping', [frame(FRAME.ping, {}, Buffer.alloc(4)), second]],
    ['no index', [frame(FRAME.headers, { flags: 5, stream: 1 }, Buffer.from([0x80])), second]],
    [
      'an index beyond the table',
      [frame(FRAME.headers, { flags: 5, stream: 1 }, Buffer.from([0xff, 0xff, 0x03])), second],
    ],
    [
      'a table beyond what was agreed',
      [
        frame(
          FRAME.headers,
          { flags: 5, stream: 1 },
          Buffer.concat([Buffer.from([0x3f, 0xff, 0xff, 0x03]), block(GET)]),
        ),
        second,
      ],
    ],
    [
      'a code that ends within a letter',
      [
        frame(FRAME.headers, { flags: 5, stream: 1 }, Buffer.from([0x10, 0x81, 0x00, 0x81, 0xff])),
        second,
      ],
    ],
    [
      'more padding than there is',
      [
        frame(
          FRAME.headers,
          { flags: 0xd, stream: 1 },
          Buffer.concat([Buffer.from([255]), block(GET)]),
        ),
        second,
      ],
    ],
  ])('%s', async (_, parts) => {
    const client = await stage.client()
    client.begin()
    client.send(...parts)
    expect(await client.next(({ type }) => type === FRAME.goaway)).toBeDefined()
    await stage.settle()
    expect(stage.received()).toEqual([])
  })

  test.each([
    ['HTTP/1 in place of the preface', [`GET /case HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`]],
    ['another preface', ['PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n']],
    ['a preface and then HTTP/1', [PREFACE.toString('latin1'), SMUGGLED]],
  ])('%s', async (_, parts) => {
    const client = await stage.client()
    client.send(...parts.map((part) => Buffer.from(part, 'latin1')))
    await client.next(() => false)
    expect(client.ended).toBe(true)
    await stage.settle()
    expect(stage.received()).toEqual([])
  })
})

describe('a websocket', () => {
  test('that the server does not agree to takes nothing of what was sent behind', async () => {
    const client = await stage.client()
    client.begin()
    client.send(headers(1, WEBSOCKET, END_HEADERS), data(1, SMUGGLED))
    expect(await client.outcome(1)).toBe('200')
    await stage.settle()

    expect(stage.received()).toMatchObject([{ method: 'GET', target: '/case', body: '' }])
  })

  /** Agrees, and says back whatever it hears. */
  const agree: Script = ({ socket }, { request }) => {
    const [, key] = request.headers.find(([name]) => name === 'sec-websocket-key') ?? []
    const accept = createHash('sha1').update(`${key}${WEBSOCKET_ID}`).digest('base64')
    socket.removeAllListeners('data')
    socket.on('data', (piece: string) => socket.write(`<${piece}>`))
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
  }

  test('is agreed to by who answers the key, and carries bytes both ways', async () => {
    stage.server.scripts.push(agree)
    const client = await stage.client()
    client.begin()
    client.send(headers(1, WEBSOCKET, END_HEADERS), data(1, 'early '))
    expect(await client.outcome(1)).toBe('200')
    client.send(data(1, SMUGGLED))
    await expect.poll(() => client.body(1).replaceAll(/[<>]/g, '')).toBe(`early ${SMUGGLED}`)
    await stage.settle()

    const received = stage.received()
    expect(received).toMatchObject([{ method: 'GET', target: '/case', body: '' }])
    expect(received.flatMap(ownHeaders)).toMatchObject([
      'connection: Upgrade',
      `host: ${HOST}`,
      expect.stringMatching(/^sec-websocket-key: [A-Za-z0-9+/]{22}==$/),
      'sec-websocket-version: 13',
      'upgrade: websocket',
    ])
  })

  test('whose route goes is told so, and what else the connection carries is left alone', async () => {
    const { proxy, server } = stage
    await proxy.order('POST', '/api/routes/passing', { target: server.url })
    server.scripts.push(agree)
    const client = await stage.client()
    client.begin()
    client.send(headers(1, withFields(WEBSOCKET, { ':path': '/passing/x' }), END_HEADERS))
    expect(await client.outcome(1)).toBe('200')
    client.send(data(1, 'frames'))
    await expect.poll(() => client.body(1)).toBe('<frames>')
    await proxy.order('DELETE', '/api/routes/passing')

    // A close frame, "going away", and the end of the stream.
    await client.next((each) => each.stream === 1 && (each.flags & END_STREAM) !== 0)
    expect(client.body(1)).toBe('<frames>\u0088\u0002\u0003\u00e9')
    client.send(headers(3, GET))
    expect(await client.outcome(3)).toBe('200')
    await stage.settle()
    expect(stage.received()).toHaveLength(2)
  })

  test('is not given to a client whose server has not read the key', async () => {
    stage.server.scripts.push(({ socket }) =>
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n',
      ),
    )
    expect(await outcomeOf(headers(1, WEBSOCKET, END_HEADERS))).toBe('502')
    await stage.settle()
    expect(stage.received()).toHaveLength(1)
  })
})

test('a client that takes its answer late leaves nothing behind that others wait for', async () => {
  const body = 'y'.repeat(80_000)
  stage.server.scripts.push(({ socket }) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  )
  const client = await stage.client()
  client.begin([4, 0])
  client.send(headers(1, GET))
  expect(await client.outcome(1)).toBe('200')

  // On the very connection on which that answer came.
  await stage.probe()
  client.send(windowUpdate(0, body.length), windowUpdate(1, body.length))
  await expect.poll(() => client.body(1)).toBe(body)
  await stage.settle()
  expect(stage.received()).toHaveLength(1)
})

test('whatever becomes of the heads of frames, a server receives whole requests alone', async () => {
  const base = [
    headers(1, GET),
    headers(3, POST, END_HEADERS),
    data(3, 'abc'),
    windowUpdate(0, 100),
    data(3, SMUGGLED, END_STREAM),
    frame(FRAME.ping, {}, Buffer.alloc(8)),
    frame(FRAME.headers, { flags: END_STREAM, stream: 5 }, block(GET)),
    frame(FRAME.continuation, { flags: END_HEADERS, stream: 5 }, block([['x', 'y']])),
    headers(7, POST, END_HEADERS),
    headers(7, [['x-sum', '3']]),
    reset(9, 8),
    headers(11, WEBSOCKET, END_HEADERS),
    data(11, SMUGGLED),
  ]
  const flip = fc.record({
    frame: fc.nat(base.length - 1),
    at: fc.nat(8),
    to: fc.oneof(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 255 })),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
      const frames = base.map((each) => Buffer.from(each))
      for (const { frame, at, to } of flips) frames[frame]?.writeUInt8(to, at)
      const client: RawHttp2 = await stage.client()
      client.begin()
      client.send(...frames)
      await stage.settle()

      for (const { method, target, headers } of stage.received()) {
        expect(['GET /case', 'POST /case']).toContain(`${method} ${target}`)
        expect(headers).toContainEqual(['host', HOST])
      }
    }),
    { numRuns: 150 },
  )
})

test('a proxy that ends says so, finishes what it has begun, and is gone', async () => {
  const ending = await Http2Stage.set()
  const { server, proxy } = ending
  const answer = Promise.withResolvers<() => void>()
  server.scripts.push(({ socket }) =>
    answer.resolve(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
  )
  const [busy, idle] = [await ending.client(), await ending.client()]
  for (const client of [busy, idle]) client.begin()
  busy.send(headers(1, GET))
  const finish = await answer.promise
  process.kill(proxy.pid, 'SIGTERM')

  for (const client of [busy, idle])
    expect((await client.next(({ type }) => type === FRAME.goaway))?.payload.readUInt32BE(4)).toBe(
      0,
    )
  busy.send(headers(3, GET))
  finish()
  expect(
    await busy.next(({ type, stream }) => type === FRAME.headers && stream === 1),
  ).toBeDefined()
  await busy.next(() => false)
  expect(busy.body(1)).toBe('ok')
  expect(busy.frames.some(({ type, stream }) => type === FRAME.headers && stream === 3)).toBe(false)
  await expect.poll(() => proxy.runs()).toBe(false)
  await ending.end()
})
