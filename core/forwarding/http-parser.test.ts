import { connect, createServer, type Socket } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import {
  type AfterHead,
  BODY_FOLLOWS,
  HttpParser,
  type Line,
  NO_BODY,
  type ParserEvents,
  STOP,
} from './http-parser.ts'

const LIMITS = { headerBytes: 1024, headerCount: 40 }
const open: HttpParser[] = []
afterEach(() => {
  for (const parser of open.splice(0)) parser.close()
})

/** Notes what it is told. */
class Notes implements ParserEvents {
  readonly lines: Line[] = []
  readonly headers: (readonly string[])[] = []
  readonly told: string[] = []
  after: AfterHead = BODY_FOLLOWS

  onBegin(): void {
    this.told.push('begin')
  }
  onHead(line: Line, headers: string[]): AfterHead {
    this.lines.push(line)
    this.headers.push(headers)
    this.told.push('head')
    return this.after
  }
  onBody(piece: Buffer): void {
    this.told.push(`body ${piece.toString()}`)
  }
  onDone(trailers: readonly string[]): void {
    this.told.push(`done ${trailers.join(' ')}`.trim())
  }
  onRead(parsed: number): void {
    this.told.push(`read ${parsed}`)
  }
}

function parser(kind: 'requests' | 'answers', after: AfterHead = BODY_FOLLOWS) {
  const notes = new Notes()
  notes.after = after
  const made = new HttpParser(kind, notes, LIMITS)
  open.push(made)
  return { notes, parser: made, feed: (text: string) => made.execute(Buffer.from(text, 'latin1')) }
}

describe('what is relied on of Node’s own parser', () => {
  test('a request’s line and headers are told as they came', () => {
    const { notes, feed } = parser('requests')

    expect(feed('GET /a?b HTTP/1.1\r\nHost: x\r\nX-Own:  \xe9 \r\n\r\n')).toBe(42)

    expect(notes.lines).toEqual([
      {
        method: 'GET',
        target: '/a?b',
        status: 0,
        reason: '',
        version: 11,
        keepAlive: true,
        upgrade: false,
      },
    ])
    expect(notes.headers).toEqual([['Host', 'x', 'X-Own', '\xe9']])
    expect(notes.told).toEqual(['begin', 'head', 'done'])
  })

  test('headers that come in lots are told as one list, and trailers are told at the end', () => {
    const { notes, feed } = parser('requests')
    const many = Array.from({ length: 40 }, (_, i) => `A${i}: ${i}\r\n`).join('')
    const rest = many.replace('A39: 39', 'Transfer-Encoding: chunked')

    feed(`POST /many HTTP/1.1\r\n${rest}\r\n3\r\nabc\r\n0\r\nT: 1\r\nU: 2\r\n\r\n`)

    expect(notes.headers[0]).toHaveLength(80)
    expect(notes.lines[0]).toMatchObject({ method: 'POST', target: '/many' })
    expect(notes.told.slice(2)).toEqual(['body abc', 'done T 1 U 2'])
  })

  test('two requests in one read are told one after the other', () => {
    const { notes, feed } = parser('requests')

    feed('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.0\r\n\r\n')

    expect(
      notes.lines.map(({ target, version, keepAlive }) => [target, version, keepAlive]),
    ).toEqual([
      ['/1', 11, true],
      ['/2', 10, false],
    ])
  })

  test('reading stops behind a head that would switch protocols, and goes on where it is not done', () => {
    const { notes, feed } = parser('requests')
    const head = 'GET /1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
    const next = 'GET /2 HTTP/1.1\r\nHost: x\r\n\r\n'

    expect(feed(head + next)).toBe(head.length)
    expect(notes.lines[0]?.upgrade).toBe(true)
    expect(feed(next)).toBe(next.length)
    expect(notes.lines.map(({ target }) => target)).toEqual(['/1', '/2'])
  })

  test('an answer ends by its length, by chunks or by its connection, and one to HEAD at once', () => {
    const byLength = parser('answers')
    byLength.feed('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc')
    expect(byLength.notes.told).toEqual(['begin', 'head', 'body abc', 'done'])

    const byEnd = parser('answers')
    byEnd.feed('HTTP/1.1 200 OK\r\n\r\nabc')
    expect(byEnd.notes.told).not.toContain('done')
    expect(byEnd.notes.lines[0]).toMatchObject({ status: 200, reason: 'OK', keepAlive: false })
    expect(byEnd.parser.finish()).toBe(true)
    expect(byEnd.notes.told.at(-1)).toBe('done')

    const cut = parser('answers')
    cut.feed('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')
    expect(cut.parser.finish()).toBe(false)

    const toHead = parser('answers', NO_BODY)
    toHead.feed('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n')
    expect(toHead.notes.told).toEqual(['begin', 'head', 'done'])
  })

  test('interim answers come one by one, and what follows an answer has begun another message', () => {
    const { notes, parser: made, feed } = parser('answers')

    feed('HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
    expect(notes.lines.map(({ status }) => status)).toEqual([103, 200])
    expect(made.isInside).toBe(false)
    feed('HTTP/1.1 2')
    expect(made.isInside).toBe(true)
  })

  test('101 stops reading, and says whether it comes with an upgrade', () => {
    const { notes, feed } = parser('answers', STOP)
    const head = 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

    expect(feed(`${head}raw`)).toBe(head.length)
    expect(notes.lines[0]).toMatchObject({ status: 101, upgrade: true })
  })

  test.each([
    ['requests', 'GET / HTTP/1.1\r\nA: b\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['requests', 'GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['requests', 'GET / HTTP/1.1\nHost: x\n\n'],
    ['requests', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['requests', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n'],
    ['requests', 'GET / HTTP/1.1\r\nA: b\x00\r\n\r\n'],
    ['requests', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n'],
    ['requests', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n'],
    ['requests', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
    ['requests', 'GET /\r\nHost: x\r\n\r\n'],
    ['answers', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['answers', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['answers', 'hello\r\n\r\n'],
  ] as const)('among %s, %j is none', (kind, text) => {
    const { notes, parser: made, feed } = parser(kind)

    expect(feed(text)).toBe(-1)
    expect(made.trouble).not.toBe('')
    expect(notes.told.filter((each) => each.startsWith('done'))).toEqual([])
  })

  test('headers that are too large, or too many, are told apart', () => {
    const large = parser('requests')
    expect(large.feed(`GET / HTTP/1.1\r\nA: ${'a'.repeat(2000)}`)).toBe(-1)
    expect(large.parser.trouble).toBe('HPE_HEADER_OVERFLOW')

    const many = parser('requests')
    expect(many.feed(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(41)}\r\n`)).toBe(-1)
    expect(many.parser.trouble).toBe('TOO_MANY_HEADERS')
  })
})

test.each([
  ['empty lines', '', '\r\n'],
  ['a chunk’s size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '0'],
])('%s without end are given up, and a large body is not', (_what, begin, piece) => {
  const { feed, parser: given } = parser('answers')
  const feedAll = (text: string) => {
    for (let i = 0; i < 40; i++) if (feed(text.repeat(100)) < 0) return i
    return undefined
  }
  if (begin !== '') feed(begin)

  expect(feedAll(piece)).toBeLessThan(40)
  expect(given.trouble).toBe('TOO_MUCH_OF_NOTHING')

  const other = parser('answers')
  other.feed('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
  for (let i = 0; i < 100; i++) expect(other.feed('x'.repeat(2500))).toBe(2500)
})

describe('a parser on a socket', () => {
  test('reads natively, waits when it is told to, and gives the socket back', async () => {
    const { notes, parser: made } = parser('requests')
    const { promise, resolve } = Promise.withResolvers<Socket>()
    const server = createServer({ allowHalfOpen: true }, resolve)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
    const socket = await promise
    const until = async (text: string) => {
      while (!notes.told.includes(text)) await new Promise((again) => setTimeout(again, 2))
    }

    made.attach(socket)
    client.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\n')
    await until('read 28')
    made.pause()
    client.write('POST /22 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab')
    await new Promise((again) => setTimeout(again, 20))
    expect(notes.told.filter((each) => each === 'head')).toHaveLength(1)
    made.resume()
    await until('body ab')
    made.detach()
    const data = new Promise((heard) => socket.once('data', (piece) => heard(piece.toString())))
    client.write('raw')
    expect(await data).toBe('raw')
    const end = new Promise((heard) => socket.once('end', () => heard('end')))
    client.end()
    expect(await end).toBe('end')
    socket.destroy()
    server.close()
  })
})
