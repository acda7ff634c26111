import fc from 'fast-check'

import type { Spoken } from './stage.ts'

/** What parsers disagree about most. */
const EVIL = [
  ...'\r\n\0\t :;,"\\/%#?@[]\u000b\u007f\u0080\u00a0\u00ff0123456789abfxX-+.'.split(''),
  '\r\n',
  '\n\r',
  '\r\n\r\n',
  '\r\n ',
  '\n\n',
  '0\r\n\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'GET /user/ada/smuggled HTTP/1.1\r\nHost: hub.example\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
]

/** `at` is folded to the length of what it changes. */
interface Mutation {
  readonly kind: 'insert' | 'replace' | 'delete' | 'double' | 'swap' | 'cut' | 'unify'
  readonly at: number
  readonly length: number
  readonly evil: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'delete', 'double', 'swap', 'cut', 'unify'),
  at: fc.nat(100_000),
  length: fc.integer({ min: 1, max: 12 }),
  evil: fc.constantFrom(...EVIL),
})

function mutated(text: string, { kind, at, length, evil }: Mutation): string {
  const start = text.length === 0 ? 0 : at % text.length
  const before = text.slice(0, start)
  const piece = text.slice(start, start + length)
  const after = text.slice(start + length)
  switch (kind) {
    case 'insert':
      return before + evil + piece + after
    case 'replace':
      return before + evil + text.slice(start + evil.length)
    case 'delete':
      return before + after
    case 'double':
      return before + piece + piece + after
    case 'swap':
      return before + piece.split('').toReversed().join('') + after
    case 'cut':
      return before
    case 'unify':
      // One line end of the text becomes CR alone or LF alone.
      return before + (piece + after).replace('\r\n', length % 2 === 0 ? '\r' : '\n')
    default:
      return text
  }
}

/** Text that is changed at some bytes, and parted at some. */
function hurt(text: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return fc
    .record({
      text,
      mutations: fc.array(mutation, { maxLength: 3 }),
      cuts: fc.array(fc.nat(100_000), { maxLength: 3 }),
    })
    .map(({ text, mutations, cuts }) => parted(mutations.reduce(mutated, text), cuts))
}

function parted(text: string, cuts: readonly number[]): readonly string[] {
  const places = cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b)
  return [0, ...places]
    .map((from, i) => text.slice(from, places[i] ?? text.length))
    .filter((piece) => piece !== '')
}

/** Mostly one of the first, now and then one of the others. */
const mostly = <T>(usual: readonly T[], odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...usual), weight: 9 },
    { arbitrary: fc.constantFrom(...odd), weight: 1 },
  )

const chunk = fc
  .record({
    data: fc.string({ unit: fc.constantFrom('a', '0', '\r', '\n', '\0', '\u00ff'), maxLength: 20 }),
    extension: mostly([''], [';a', ';a=b', ';a="b c"', ' ;a', ';', ';a=', ';"', '; a=b']),
    wrong: mostly([0], [-1, 1, 16]),
  })
  .map(({ data, extension, wrong }) =>
    data === '' ? '' : `${(data.length + wrong).toString(16)}${extension}\r\n${data}\r\n`,
  )

const field = mostly(
  [
    'X-Own: 1',
    'x-own:2',
    'X-Own: \t a b \t',
    'Accept: */*',
    'X-Empty:',
    'X-Long: 0123456789012345678901234567890123456789',
    'Content-Type: text/plain',
    'Connection: keep-alive',
  ],
  [
    'Connection: close',
    'Connection: X-Own, close',
    'Connection: Content-Length, Transfer-Encoding',
    'Keep-Alive: timeout=1',
    'TE: trailers',
    'Trailer: X-Own',
    'X-Fold: a\r\n b',
    'X Space: 1',
    'X-Space : 1',
    'X-8bit: \u00e9\u0080',
    'Content-Encoding: gzip',
    'Content-Length: 0',
    'Transfer-Encoding: identity',
    '__proto__: 1',
  ],
)

const trailers = mostly(
  ['', '', 'X-Sum: 1\r\n'],
  ['Host: evil\r\n', 'Content-Length: 5\r\n', 'X: 1'],
)

/** Headers and a body that mostly agree. */
const framed = fc
  .record({
    kind: mostly(['none', 'length', 'chunks'], ['both', 'wrong length', 'open']),
    data: fc.string({ unit: fc.constantFrom('b', '\r', '\n', '0', ' '), maxLength: 30 }),
    chunks: fc.array(chunk, { maxLength: 3 }).map((all) => all.join('')),
    trailers,
    odd: fc.constantFrom('+5', '5,5', '0x5', '-1', '5 5', '05', '99999999999999999999', ''),
  })
  .map(({ kind, data, chunks, trailers, odd }) => {
    const chunked = `${chunks}0\r\n${trailers}\r\n`
    switch (kind) {
      case 'length':
        return { headers: [`Content-Length: ${data.length}`], body: data }
      case 'wrong length':
        return { headers: [`Content-Length: ${odd}`], body: data }
      case 'chunks':
        return { headers: ['Transfer-Encoding: chunked'], body: chunked }
      case 'both':
        return {
          headers: [`Content-Length: ${data.length}`, 'Transfer-Encoding: chunked'],
          body: chunked,
        }
      case 'open':
        return { headers: ['Transfer-Encoding: chunked'], body: chunks }
      default:
        return { headers: [], body: '' }
    }
  })

const message = (start: fc.Arbitrary<string>, first: fc.Arbitrary<string>) =>
  fc
    .record({
      start,
      first,
      fields: fc.array(field, { maxLength: 4 }),
      framed,
      order: fc.boolean(),
    })
    .map(({ start, first, fields, framed: { headers, body }, order }) => {
      const all = order ? [first, ...fields, ...headers] : [...headers, ...fields, first]
      return `${[start, ...all].map((line) => `${line}\r\n`).join('')}\r\n${body}`
    })

const requestLine = fc
  .tuple(
    mostly(
      ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH'],
      ['TRACE', 'CONNECT', 'get', 'PRI', 'X'],
    ),
    mostly(
      ['/user/ada/x', '/user/bob/y?a=b', '/', '/user/ada/%41'],
      [
        '*',
        'http://hub.example/user/ada/x',
        'hub.example:80',
        '/user/ada/../bob',
        '//x',
        '/user/ada/%2f',
        '/a b',
        '/#',
      ],
    ),
    mostly(['HTTP/1.1'], ['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', '']),
  )
  .map((parts) => parts.join(' '))

const host = mostly(
  ['Host: hub.example'],
  ['Host: evil.example', 'host:hub.example', 'Host: hub.example, evil', 'X-No: host'],
)

/** One to three requests that a client sends on one connection, hurt: in packets. */
export const hurtRequests = hurt(
  fc.array(message(requestLine, host), { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
)

const statusLine = mostly(
  [
    'HTTP/1.1 200 OK',
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 304 Not Modified',
    'HTTP/1.1 500 ',
    'HTTP/1.1 201',
  ],
  [
    'HTTP/1.0 200 OK',
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 103 Early Hints',
    'HTTP/1.1 101 Switching Protocols',
    'HTTP/1.1 099 X',
    'HTTP/1.1 1000 X',
    'HTTP/2.0 200 OK',
    'HTTP/0.9 200 OK',
    '200 OK',
  ],
)

/** What a server says to one request, mostly one answer, hurt, and how it ends. */
export const hurtAnswer: fc.Arbitrary<Spoken> = fc
  .record({
    method: mostly(['GET', 'POST'], ['HEAD']),
    server: fc.constantFrom('ada' as const, 'bob' as const),
    pieces: hurt(
      fc
        .array(message(statusLine, fc.constantFrom('Server: s', 'Date: now', 'Set-Cookie: a=1')), {
          minLength: 1,
          maxLength: 2,
        })
        .map((all) => all.join('')),
    ),
    end: fc.constantFrom<Spoken['end']>('stay', 'in order', 'cut'),
  })
  .map(({ method, server, pieces, end }) => ({
    server,
    // A kept connection that dies without a word is no answer: what may be repeated is asked for again.
    request:
      method === 'POST' || pieces.length === 0
        ? `POST /user/${server}/x HTTP/1.1\r\nHost: hub.example\r\nContent-Length: 0\r\n\r\n`
        : `${method} /user/${server}/x HTTP/1.1\r\nHost: hub.example\r\n\r\n`,
    pieces,
    // A unix socket knows no reset.
    end: end === 'cut' && server === 'ada' ? 'stay' : end,
  }))
