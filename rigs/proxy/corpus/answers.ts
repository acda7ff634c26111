import type { Spoken } from '../stage.ts'
import { lines } from './request-case.ts'

/** One thing that a hostile server may say to one request, and what its client hears. Text is latin1: a character a byte. */
export interface AnswerCase extends Spoken {
  readonly name: string
  /**
   * `whole`: the answer, exactly; `cut`: its beginning, and an end that cannot be taken for its own; `failed`: the proxy's own
   * 502, 503 or 504; `waiting`: nothing yet, as the server has said nothing yet.
   */
  readonly heard: 'whole' | 'cut' | 'failed' | 'waiting'
  /** Whether the connection to the server may serve the next request. */
  readonly kept?: true | 'perhaps'
}

type Told = Pick<AnswerCase, 'heard'> & Partial<AnswerCase>

const ask = (method: string, server: Spoken['server'] = 'ada') =>
  `${lines(`${method} /user/${server}/x HTTP/1.1`, 'Host: hub.example')}\r\n`
const head = (...all: readonly string[]) => `${lines(...all)}\r\n`
const OK = (...headers: readonly string[]) => head('HTTP/1.1 200 OK', 'X-Own: 1', ...headers)
const HELLO = `${OK('Content-Length: 5')}hello`
/** What would be the answer to the next person, if it were taken for one. */
const POISON = `${head('HTTP/1.1 200 OK', 'X-Seen: 666', 'Content-Length: 8')}poisoned`

const spoken = (name: string, pieces: string | readonly string[], told: Told): AnswerCase => ({
  name,
  server: 'ada',
  request: ask('GET', told.server),
  pieces: typeof pieces === 'string' ? [pieces] : pieces,
  end: 'stay',
  ...told,
})
const whole = (name: string, pieces: string | readonly string[], more: Partial<AnswerCase> = {}) =>
  spoken(name, pieces, { heard: 'whole', ...more })
const kept = (name: string, pieces: string, more: Partial<AnswerCase> = {}) =>
  spoken(name, pieces, { heard: 'whole', kept: true, ...more })
const failed = (name: string, pieces: string | readonly string[], more: Partial<AnswerCase> = {}) =>
  spoken(name, pieces, { heard: 'failed', ...more })
const cut = (name: string, pieces: string | readonly string[], more: Partial<AnswerCase> = {}) =>
  spoken(name, pieces, { heard: 'cut', ...more })

const CHUNKED = 'Transfer-Encoding: chunked'
const inChunks = (body: string) => OK(CHUNKED) + body

const poison: readonly AnswerCase[] = [
  whole('two answers in one packet', HELLO + POISON),
  whole('a second answer in a second packet', [HELLO, POISON]),
  whole('a second answer behind an empty one', OK('Content-Length: 0') + POISON),
  whole('a second answer behind an empty one, later', [OK('Content-Length: 0'), POISON]),
  whole('a second answer behind chunks', inChunks('5\r\nhello\r\n0\r\n\r\n') + POISON),
  whole('a second answer behind chunks, later', [inChunks('5\r\nhello\r\n0\r\n\r\n'), POISON]),
  whole('more bytes than the length says', `${OK('Content-Length: 5')}hello, world`),
  whole('more bytes than the length says, later', [HELLO, ', world']),
  whole('a line end more than the length says', [HELLO, '\r\n'], { kept: 'perhaps' }),
  whole('half an answer more, which the next person’s would end', [
    HELLO,
    'HTTP/1.1 200 OK\r\nX-Seen: 666\r\n',
  ]),
  whole('an interim answer behind the answer', [HELLO, head('HTTP/1.1 100 Continue')]),
  ...(['204 No Content', '304 Not Modified'] as const).flatMap((status) => [
    whole(`${status} with a body`, `${head(`HTTP/1.1 ${status}`, 'Content-Length: 5')}hello`),
    whole(`${status} with chunks`, `${head(`HTTP/1.1 ${status}`, CHUNKED)}5\r\nhello\r\n0\r\n\r\n`),
    whole(`${status} with a second answer behind it`, head(`HTTP/1.1 ${status}`) + POISON),
    whole(
      `${status} with a second answer for a body`,
      `${head(`HTTP/1.1 ${status}`, `Content-Length: ${POISON.length}`)}${POISON}`,
    ),
  ]),
  whole('HEAD with a body', HELLO, { request: ask('HEAD') }),
  whole('HEAD with a body, later', [OK('Content-Length: 5'), 'hello'], { request: ask('HEAD') }),
  whole('HEAD with chunks', inChunks('5\r\nhello\r\n0\r\n\r\n'), { request: ask('HEAD') }),
  whole('HEAD with a second answer behind it', [OK('Content-Length: 5'), POISON], {
    request: ask('HEAD'),
  }),
]

const framing: readonly AnswerCase[] = [
  kept('an answer with its length', HELLO),
  kept('an answer in chunks', inChunks('5\r\nhello\r\n0\r\n\r\n')),
  kept('an answer in chunks with extensions', inChunks('5;a="b"\r\nhello\r\n0;c\r\n\r\n')),
  kept('an answer with trailers', inChunks('5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n')),
  kept('HEAD with a length and no body', OK('Content-Length: 5'), { request: ask('HEAD') }),
  kept('204', head('HTTP/1.1 204 No Content')),
  kept('304 with a length', head('HTTP/1.1 304 Not Modified', 'Content-Length: 5')),
  whole('an answer that ends with its connection', `${OK()}hello`, { end: 'in order' }),
  whole('HTTP/1.0', `${head('HTTP/1.0 200 OK', 'X-Own: 1')}hello`, { end: 'in order' }),
  whole(
    'an answer with its length and Connection: close',
    `${OK('Content-Length: 5', 'Connection: close')}hello`,
  ),
  failed(
    'Content-Length and Transfer-Encoding',
    `${OK('Content-Length: 5', CHUNKED)}5\r\nhello\r\n0\r\n\r\n`,
  ),
  failed(
    'Transfer-Encoding and Content-Length',
    `${OK(CHUNKED, 'Content-Length: 5')}5\r\nhello\r\n0\r\n\r\n`,
  ),
  failed('two lengths that differ', `${OK('Content-Length: 5', 'Content-Length: 6')}hello`),
  failed('two lengths that agree', `${OK('Content-Length: 5', 'Content-Length: 5')}hello`),
  ...['+5', '-5', '5,5', '0x5', '5 5', '', '9007199254740992', '18446744073709551621', 'five'].map(
    (length) =>
      failed(`a length of ${JSON.stringify(length)}`, `${OK(`Content-Length: ${length}`)}hello`),
  ),
  ...[
    'xchunked',
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'identity',
    'chunked, identity',
    'chunked, chunked',
    '"chunked"',
    '',
  ].map((coding) =>
    failed(
      `a coding of ${JSON.stringify(coding)}`,
      `${OK(`Transfer-Encoding: ${coding}`)}5\r\nhello\r\n0\r\n\r\n`,
      { end: 'in order' },
    ),
  ),
  failed('chunked in HTTP/1.0', `${head('HTTP/1.0 200 OK', CHUNKED)}5\r\nhello\r\n0\r\n\r\n`, {
    end: 'in order',
  }),
  failed('chunked twice', `${OK(CHUNKED, CHUNKED)}5\r\nhello\r\n0\r\n\r\n`),
  failed('a folded coding', `${OK('Transfer-Encoding:', ' chunked')}5\r\nhello\r\n0\r\n\r\n`),
  ...['0x5', '-5', ' 5', '5 ', '', 'g', '10000000000000005', '5,'].map((size) =>
    cut(`a chunk size of ${JSON.stringify(size)}`, [
      inChunks('1\r\nx\r\n'),
      `${size}\r\nhello\r\n0\r\n\r\n`,
    ]),
  ),
  cut('a chunk longer than it says', [inChunks('1\r\nx\r\n'), '4\r\nhello\r\n0\r\n\r\n']),
  cut('a chunk with LF alone behind it', [inChunks('1\r\nx\r\n'), '5\r\nhello\n0\r\n\r\n']),
  cut('a size with LF alone behind it', [inChunks('1\r\nx\r\n'), '5\nhello\r\n0\r\n\r\n']),
  cut('an extension with CR alone', [inChunks('1\r\nx\r\n'), '5;a\rb\r\nhello\r\n0\r\n\r\n']),
  cut('an extension of 64 KiB', [
    inChunks('1\r\nx\r\n'),
    `5;${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`,
  ]),
  cut('trailers with a space before a colon', [inChunks('1\r\nx\r\n'), '0\r\nX-Own : 1\r\n\r\n']),
  cut('trailers of 1 MiB', [inChunks('1\r\nx\r\n'), `0\r\n${'X-Own: 1\r\n'.repeat(100_000)}\r\n`]),
  cut('an end in mid-body', `${OK('Content-Length: 50')}hello`, { end: 'in order' }),
  cut('a reset in mid-body', `${OK('Content-Length: 50')}hello`, { end: 'cut', server: 'bob' }),
  cut('an end in mid-chunk', inChunks('50\r\nhello'), { end: 'in order' }),
  cut('an end between chunks', inChunks('5\r\nhello\r\n'), { end: 'in order' }),
  cut('an end before the last line', inChunks('5\r\nhello\r\n0\r\n'), { end: 'in order' }),
  cut(
    'a chunk longer than it says, to a client of HTTP/1.0',
    [inChunks('1\r\nx\r\n'), '4\r\nhello\r\n0\r\n\r\n'],
    { request: ask('GET').replace('HTTP/1.1', 'HTTP/1.0') },
  ),
  cut('a reset of what ends with its connection', `${OK()}hello`, { end: 'cut', server: 'bob' }),
]

const heads: readonly AnswerCase[] = [
  kept('200 without a reason', `${head('HTTP/1.1 200 ', 'Content-Length: 5')}hello`),
  kept('200 without a blank behind it', `${head('HTTP/1.1 200', 'Content-Length: 5')}hello`),
  kept('a reason in 8-bit bytes', `${head('HTTP/1.1 200 \u00e9\u0080', 'Content-Length: 5')}hello`),
  kept('a status that nobody knows', `${head('HTTP/1.1 299 Odd', 'Content-Length: 5')}hello`),
  kept('599', `${head('HTTP/1.1 599 Odd', 'Content-Length: 5')}hello`),
  ...[
    '000',
    '001',
    '099',
    '0',
    '20',
    '2',
    '1000',
    '2000',
    '-20',
    '+20',
    '2x0',
    '20x',
    ' 200',
    '2 0',
    '\u0662\u0660\u0660',
    '',
  ].map((status) =>
    failed(
      `a status of ${JSON.stringify(status)}`,
      `${head(`HTTP/1.1 ${status} OK`, 'Content-Length: 5')}hello`,
    ),
  ),
  ...['600', '666', '700', '999'].map((status) =>
    spoken(`a status of ${status}`, `${head(`HTTP/1.1 ${status} Odd`, 'Content-Length: 5')}hello`, {
      heard: 'whole',
      kept: 'perhaps',
    }),
  ),
  ...[
    'HTTP/0.9',
    'HTTP/1.2',
    'HTTP/2.0',
    'HTTP/2',
    'HTTP/1',
    'http/1.1',
    'HTTP/1.10',
    'XTTP/1.1',
    'ICY',
  ].map((version) =>
    failed(`the version ${version}`, `${head(`${version} 200 OK`, 'Content-Length: 5')}hello`),
  ),
  kept(
    'the version RTSP/1.1, which is taken for HTTP',
    `${head('RTSP/1.1 200 OK', 'Content-Length: 5')}hello`,
  ),
  failed('an answer of HTTP/0.9', '<html>hello</html>', { end: 'in order' }),
  failed('garbage', '\0\u0001\u0002\u00ff\r\n\r\n'),
  failed('a request', ask('GET')),
  failed('an empty line and no more', '\r\n', { end: 'in order' }),
  failed('the end at once', [], { end: 'in order', request: ask('POST') }),
  failed('a reset at once', [], { end: 'cut', server: 'bob', request: ask('POST', 'bob') }),
  failed('the end in mid-head', 'HTTP/1.1 200 OK\r\nContent-', { end: 'in order' }),
  failed('a reset in mid-head', 'HTTP/1.1 200 OK\r\nContent-', { end: 'cut', server: 'bob' }),
  failed('the end behind an interim answer', head('HTTP/1.1 100 Continue'), { end: 'in order' }),
  failed('LF alone behind the status line', 'HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\nhello'),
  failed('LF alone everywhere', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello'),
  failed('CR alone in the head', 'HTTP/1.1 200 OK\r\nX-Own: 1\rContent-Length: 5\r\n\r\nhello'),
  failed('a folded header', `${OK('X-Two: 1', ' 2', 'Content-Length: 5')}hello`),
  failed('a space before the colon', `${OK('Content-Length : 5')}hello`),
  failed('a header without a name', `${OK(': 1', 'Content-Length: 5')}hello`),
  failed('a header without a colon', `${OK('X-Two', 'Content-Length: 5')}hello`),
  ...[0, 1, 8, 11, 12, 27, 127].map((code) =>
    failed(
      `the byte ${code} in a value`,
      `${OK(`X-Two: a${String.fromCodePoint(code)}b`, 'Content-Length: 5')}hello`,
    ),
  ),
  ...[0, 1, 127].map((code) =>
    failed(
      `the byte ${code} in the reason`,
      `${head(`HTTP/1.1 200 a${String.fromCodePoint(code)}b`, 'Content-Length: 5')}hello`,
    ),
  ),
  failed('the byte 0 in a name', `${OK('X\0Two: 1', 'Content-Length: 5')}hello`),
  failed('8-bit bytes in a name', `${OK('X\u00e9: 1', 'Content-Length: 5')}hello`),
  failed('a header of 1 MiB', `${OK(`X-Two: ${'a'.repeat(1_048_576)}`, 'Content-Length: 5')}hello`),
  failed('a head without an end', `${OK().slice(0, -2)}${'X-Two: 1\r\n'.repeat(100_000)}`),
  failed('a reason of 1 MiB', `HTTP/1.1 200 ${'a'.repeat(1_048_576)}\r\n`),
  kept('a value in 8-bit bytes', `${OK('X-Two: \u00e9\u0080\u00ff', 'Content-Length: 5')}hello`),
  kept(
    'the same header many times',
    `${OK(...Array<string>(50).fill('Set-Cookie: a=1'), 'Content-Length: 5')}hello`,
  ),
  kept(
    'headers of the hop',
    `${OK('Connection: X-Two', 'X-Two: 1', 'Keep-Alive: timeout=9', 'Proxy-Authenticate: Basic', 'Content-Length: 5')}hello`,
  ),
  kept(
    'Connection names the length',
    `${OK('Connection: Content-Length', 'Content-Length: 5')}hello`,
  ),
  kept(
    'Connection names the coding',
    `${OK('Connection: Transfer-Encoding', CHUNKED)}5\r\nhello\r\n0\r\n\r\n`,
  ),
]

const interim: readonly AnswerCase[] = [
  kept(
    'an interim answer before the answer',
    head('HTTP/1.1 103 Early Hints', 'Link: </a>') + HELLO,
  ),
  kept('100 that nobody asked for', head('HTTP/1.1 100 Continue') + HELLO),
  kept('102', head('HTTP/1.1 102 Processing') + HELLO),
  kept('199', head('HTTP/1.1 199 Odd') + HELLO),
  spoken('interim answers alone', head('HTTP/1.1 100 Continue').repeat(3), {
    heard: 'waiting',
    kept: 'perhaps',
  }),
  failed('ten thousand interim answers', head('HTTP/1.1 100 Continue').repeat(10_000) + HELLO),
  failed(
    'interim answers with a body',
    `${head('HTTP/1.1 103 Early Hints', 'Content-Length: 5')}hello${HELLO}`,
  ),
  failed(
    '101 that nobody asked for',
    head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'),
  ),
  failed('101 without an Upgrade', head('HTTP/1.1 101 Switching Protocols')),
  failed(
    '101 with bytes behind it',
    head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: h2c') + POISON,
  ),
  spoken('half a head', 'HTTP/1.1 200 OK\r\nX-Own: ', { heard: 'waiting', kept: 'perhaps' }),
  spoken('half a body', `${OK('Content-Length: 50')}hello`, { heard: 'waiting', kept: 'perhaps' }),
  spoken('nothing', [], { heard: 'waiting', kept: 'perhaps' }),
]

export const answers = { poison, framing, heads, interim }
