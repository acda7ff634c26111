import { type Fields } from '../../../core/forwarding/testing/http2-wire.ts'
import { GET, HOST, withFields } from '../http2-stage.ts'

/** A request by HTTP/2. Its body, if it has one, comes in these pieces, the last of which ends it. */
export interface Http2Case {
  readonly name: string
  readonly fields: Fields
  readonly pieces?: readonly string[]
  readonly trailers?: Fields
}

/** A request that would be found in what another one says, if the two were taken for bytes of HTTP/1. */
export const SMUGGLED = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
const POST = withFields(GET, { ':method': 'POST' })
const after = (...more: readonly (readonly [string, string])[]): Fields => [...GET, ...more]
const post = (...more: readonly (readonly [string, string])[]): Fields => [...POST, ...more]
const without = (gone: string): Fields => GET.filter(([name]) => name !== gone)

/** None of these may reach a server as a whole request, or as part of one that does. */
export const REFUSED: readonly Http2Case[] = [
  // H2.CL: a length that is not the body's.
  { name: 'a length below the body', fields: post(['content-length', '0']), pieces: [SMUGGLED] },
  {
    name: 'a length within the body',
    fields: post(['content-length', '3']),
    pieces: ['abc', SMUGGLED],
  },
  { name: 'a length beyond the body', fields: post(['content-length', '99']), pieces: ['abc'] },
  { name: 'a length and no body', fields: post(['content-length', '9']) },
  {
    name: 'two lengths',
    fields: post(['content-length', '3'], ['content-length', '0']),
    pieces: ['abc'],
  },
  {
    name: 'one length twice',
    fields: post(['content-length', '3'], ['content-length', '3']),
    pieces: ['abc'],
  },
  { name: 'lengths in one field', fields: post(['content-length', '3, 3']), pieces: ['abc'] },
  { name: 'a length with a sign', fields: post(['content-length', '+3']), pieces: ['abc'] },
  { name: 'a negative length', fields: post(['content-length', '-3']), pieces: ['abc'] },
  { name: 'a hexadecimal length', fields: post(['content-length', '0x3']), pieces: ['abc'] },
  { name: 'a length with a fraction', fields: post(['content-length', '3.0']), pieces: ['abc'] },
  {
    name: 'a length beyond all numbers',
    fields: post(['content-length', '18446744073709551619']),
    pieces: ['abc'],
  },
  // H2.TE: framing of HTTP/1.
  ...['chunked', 'Chunked', 'identity', 'gzip, chunked', 'xchunked', ''].map((coding) => ({
    name: `transfer-encoding: ${coding}`,
    fields: post(['transfer-encoding', coding]),
    pieces: [`0\r\n\r\n${SMUGGLED}`],
  })),
  {
    name: 'both framings of HTTP/1',
    fields: post(['content-length', '5'], ['transfer-encoding', 'chunked']),
    pieces: ['0\r\n\r\n'],
  },
  // Headers of one connection.
  ...(
    [
      ['connection', 'close'],
      ['connection', 'content-length'],
      ['connection', 'upgrade'],
      ['keep-alive', 'timeout=5'],
      ['proxy-connection', 'keep-alive'],
      ['upgrade', 'websocket'],
      ['upgrade', 'h2c'],
      ['http2-settings', 'AAMAAABkAAQCAAAAAAIAAAAA'],
      ['te', 'chunked'],
      ['te', 'trailers, chunked'],
      ['te', 'Trailers;q=0.5'],
    ] as const
  ).map(([name, value]) => ({ name: `${name}: ${value}`, fields: after([name, value]) })),
  // Lines within what becomes a line.
  ...['\r\n', '\n', '\r', '\0', '\u000b', '\u007f'].flatMap((odd) =>
    (
      [
        [
          'the method',
          withFields(GET, { ':method': `GET /smuggled HTTP/1.1${odd}host: ${HOST}${odd}x:` }),
        ],
        [
          'the path',
          withFields(GET, { ':path': `/case HTTP/1.1${odd}x: y${odd}${odd}${SMUGGLED}` }),
        ],
        ['the authority', withFields(GET, { ':authority': `${HOST}${odd}x: y` })],
        ['the scheme', withFields(GET, { ':scheme': `https${odd}x` })],
      ] as const
    ).map(([where, fields]) => ({ name: `${JSON.stringify(odd)} in ${where}`, fields })),
  ),
  // Names.
  { name: 'an upper-case name', fields: after(['X-Case', 'y']) },
  {
    name: 'an upper-case name that frames',
    fields: post(['Transfer-Encoding', 'chunked']),
    pieces: ['0\r\n\r\n'],
  },
  // Pseudo-headers.
  ...[':method', ':scheme', ':path', ':authority'].flatMap((name) => [
    { name: `no ${name}`, fields: without(name) },
    {
      name: `${name} twice`,
      fields: [...GET, [name, Object.fromEntries(GET)[name] ?? '']] as const,
    },
    { name: `an empty ${name}`, fields: withFields(GET, { [name]: '' }) },
    {
      name: `${name} after a header`,
      fields: [...without(name), ['x', 'y'], [name, Object.fromEntries(GET)[name] ?? '']] as const,
    },
  ]),
  { name: 'an unknown pseudo-header', fields: [[':case', 'x'], ...GET] },
  { name: 'a pseudo-header of answers', fields: [...GET, [':status', '200']] },
  { name: 'http', fields: withFields(GET, { ':scheme': 'http' }) },
  { name: 'a scheme that is a URL', fields: withFields(GET, { ':scheme': 'https://evil/x?' }) },
  { name: 'a method in lower case', fields: withFields(GET, { ':method': 'get' }) },
  { name: 'an unknown method', fields: withFields(GET, { ':method': 'SMUGGLE' }) },
  { name: 'TRACE', fields: withFields(GET, { ':method': 'TRACE' }) },
  {
    name: 'a tunnel',
    fields: [
      [':method', 'CONNECT'],
      [':authority', 'evil:22'],
    ],
  },
  { name: 'CONNECT with a path', fields: withFields(GET, { ':method': 'CONNECT' }) },
  { name: 'a protocol without CONNECT', fields: [...GET, [':protocol', 'websocket']] },
  {
    name: 'another protocol',
    fields: [[':protocol', 'connect-udp'], ...withFields(GET, { ':method': 'CONNECT' })],
  },
  {
    name: 'a protocol that is a line',
    fields: [[':protocol', 'websocket\r\nx: y'], ...withFields(GET, { ':method': 'CONNECT' })],
  },
  // Hosts.
  { name: 'another host', fields: after(['host', 'evil']) },
  { name: 'another port of the host', fields: after(['host', `${HOST}:1`]) },
  { name: 'two hosts', fields: after(['host', HOST], ['host', HOST]) },
  { name: 'two hosts in one', fields: withFields(GET, { ':authority': `${HOST},evil` }) },
  { name: 'an authority with a name', fields: withFields(GET, { ':authority': `ada@${HOST}` }) },
  { name: 'an authority with a path', fields: withFields(GET, { ':authority': `${HOST}/x` }) },
  { name: 'a host that is not served', fields: withFields(GET, { ':authority': 'evil' }) },
  // Paths.
  ...[
    'case',
    '*',
    '//evil/x',
    `https://${HOST}/case`,
    '/a/../case',
    '/a/%2e%2e/case',
    '/a/..',
    '/a\\b',
    '/a%00',
    '/a%0d%0ab',
    '/%zz',
    '/a%2f..%2fb',
    '/a b',
    '/a\tb',
    '/a#b',
    '/a?b#c',
    '/a?b c',
    '/\u00e9',
    '/case HTTP/1.1',
  ].map((path) => ({
    name: `the path ${JSON.stringify(path)}`,
    fields: withFields(GET, { ':path': path }),
  })),
  // Trailers.
  ...(
    [
      [':path', '/smuggled'],
      ['host', 'evil'],
      ['content-length', '0'],
      ['transfer-encoding', 'chunked'],
      ['connection', 'close'],
      ['X', 'y'],
    ] as const
  ).map((trailer) => ({
    name: `the trailer ${JSON.stringify(trailer[0])}`,
    fields: POST,
    pieces: ['abc'],
    trailers: [trailer],
  })),
]

export interface Accepted extends Http2Case {
  /** As the server receives it, without what the proxy says itself. */
  readonly headers: readonly string[]
  readonly body?: string
  readonly method?: string
}

/** Each of these reaches a server as exactly this one request. */
export const ACCEPTED: readonly Accepted[] = [
  { name: 'an ordinary request', fields: GET, headers: [`host: ${HOST}`] },
  {
    name: 'a host that agrees',
    fields: after(['host', HOST.toUpperCase()]),
    headers: [`host: ${HOST}`],
  },
  {
    name: 'a host and no authority',
    fields: [...without(':authority'), ['host', HOST]],
    headers: [`host: ${HOST}`],
  },
  {
    name: 'cookies in several fields',
    fields: after(['cookie', 'a=1'], ['x', 'y'], ['cookie', 'b=2']),
    headers: ['cookie: a=1; b=2', `host: ${HOST}`, 'x: y'],
  },
  {
    name: 'a body that looks like a request',
    fields: post(['content-length', String(SMUGGLED.length)]),
    pieces: [SMUGGLED],
    headers: [`content-length: ${SMUGGLED.length}`, `host: ${HOST}`],
    body: SMUGGLED,
    method: 'POST',
  },
  {
    name: 'a body without a length that looks like the end of chunks',
    fields: POST,
    pieces: ['0\r\n\r\n', SMUGGLED],
    headers: [`host: ${HOST}`, 'transfer-encoding: chunked'],
    body: `0\r\n\r\n${SMUGGLED}`,
    method: 'POST',
  },
  {
    name: 'a body of a GET',
    fields: GET,
    pieces: [SMUGGLED],
    headers: [`host: ${HOST}`, 'transfer-encoding: chunked'],
    body: SMUGGLED,
  },
  {
    name: 'an empty body of no length',
    fields: POST,
    pieces: [''],
    headers: [`host: ${HOST}`, 'transfer-encoding: chunked'],
    body: '',
    method: 'POST',
  },
  {
    name: 'an empty body of a length',
    fields: post(['content-length', '0']),
    pieces: [''],
    headers: ['content-length: 0', `host: ${HOST}`],
    body: '',
    method: 'POST',
  },
  {
    name: 'names with underscores and values beyond ASCII',
    fields: after(['x_y', '\u00e9']),
    headers: [`host: ${HOST}`, 'x_y: \u00e9'],
  },
  {
    name: 'what would be believed of a proxy in front',
    fields: after(
      ['x-forwarded-for', '127.0.0.1'],
      ['forwarded', 'for=127.0.0.1'],
      ['x-real-ip', '127.0.0.1'],
    ),
    headers: [`host: ${HOST}`],
  },
]

/**
 * Fields that no HTTP/1 could say. The library that reads HTTP/2 leaves them out before anybody hears of them; the request goes on
 * without them, and is the only one.
 */
export const LEFT_OUT: readonly Accepted[] = [
  ...['\r\n', '\n', '\r', '\0', '\u000b', '\u007f'].flatMap((odd) =>
    (
      [
        ['a value', ['x', `y${odd}transfer-encoding: chunked`]],
        ['a value that goes on', ['x', `y${odd}${odd}${SMUGGLED}`]],
        ['a cookie', ['cookie', `a=b${odd}${odd}${SMUGGLED}`]],
        ['a name', [`x: y${odd}transfer-encoding`, 'chunked']],
      ] as const
    ).map(([where, field]) => ({
      name: `${JSON.stringify(odd)} in ${where}`,
      fields: after(field),
      headers: [`host: ${HOST}`],
    })),
  ),
  ...['x:y', '', 'x\u00e9', 'x y', 'x\t'].map((name) => ({
    name: `the name ${JSON.stringify(name)}`,
    fields: after([name, 'z']),
    headers: [`host: ${HOST}`],
  })),
  ...[
    'transfer-encoding:',
    'transfer-encoding ',
    ' transfer-encoding',
    'transfer-encoding\u000b',
  ].map((name) => ({
    name: `the name ${JSON.stringify(name)}`,
    fields: post([name, 'chunked']),
    pieces: [`0\r\n\r\n${SMUGGLED}`],
    headers: [`host: ${HOST}`, 'transfer-encoding: chunked'],
    body: `0\r\n\r\n${SMUGGLED}`,
    method: 'POST',
  })),
  ...[['x', `y\r\n\r\n${SMUGGLED}`] as const, [`x: y\r\n\r\n${SMUGGLED}`, ''] as const].map(
    (trailer) => ({
      name: `the trailer ${JSON.stringify(trailer)}`,
      fields: POST,
      pieces: ['abc'],
      trailers: [trailer],
      headers: [`host: ${HOST}`, 'transfer-encoding: chunked'],
      body: 'abc',
      method: 'POST',
    }),
  ),
]
