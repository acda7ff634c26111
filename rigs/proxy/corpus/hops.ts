import {
  broken,
  get,
  lines,
  passed,
  post,
  refused,
  type RequestCase,
  SMUGGLED,
} from './request-case.ts'

const GET = { method: 'GET', target: '/user/ada/x', body: '' }
const SECOND = { method: 'GET', target: '/user/ada/smuggled' }
const WEBSOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
const BAD =
  'GET /user/ada/bad HTTP/1.1\r\nHost: hub.example\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'

const named = (name: string, value: string) =>
  passed(
    `Connection names ${name}, which stays`,
    get([`Connection: ${name}`, ...(name === 'Host' ? [] : [`${name}: ${value}`])]),
    {
      ...GET,
      headers: { [name.toLowerCase()]: name === 'Host' ? 'hub.example' : value },
    },
  )

const connection: readonly RequestCase[] = [
  named('Host', ''),
  named('Cookie', 'a=1'),
  named('Authorization', 'token 1'),
  passed(
    'Connection names Content-Type of a body',
    post(['Connection: content-type', 'Content-Type: text/plain', 'Content-Length: 5'], 'hello'),
    { body: 'hello', headers: { 'content-type': 'text/plain' } },
  ),
  passed(
    'Connection names X-Forwarded-For',
    get([
      'Connection: X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host',
      'X-Forwarded-For: 6.6.6.6',
    ]),
    {
      ...GET,
      headers: {
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'hub.example',
      },
    },
  ),
  passed(
    'Connection names what is only for this hop',
    get(['Connection: X-Own, close', 'X-Own: 1']),
    { ...GET, headers: { 'x-own': null } },
  ),
  passed(
    'Connection on several lines',
    get(['Connection: X-Own', 'Connection: X-Two', 'X-Own: 1', 'X-Two: 2', 'X-Three: 3']),
    { ...GET, headers: { 'x-own': null, 'x-two': null, 'x-three': '3' } },
  ),
  passed('Connection of empty options', get(['Connection: ,, ,X-Own,', 'X-Own: 1']), {
    ...GET,
    headers: { 'x-own': null },
  }),
  passed(
    'headers of the hop without a Connection',
    get([
      'Keep-Alive: timeout=999',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic eA==',
      'TE: trailers',
    ]),
    {
      ...GET,
      headers: {
        'keep-alive': null,
        'proxy-connection': null,
        'proxy-authorization': null,
        te: null,
      },
    },
  ),
  passed(
    'every header that claims another origin',
    get([
      'Forwarded: for=6.6.6.6',
      'X-Forwarded-For: 6.6.6.6',
      'X-Real-IP: 6.6.6.6',
      'X-Forwarded-Proto: 6.6.6.6',
      'X-Forwarded-Host: 6.6.6.6',
      'X-Forwarded-Port: 6.6.6.6',
      'X-Forwarded-Server: 6.6.6.6',
      'X-Scheme: 6.6.6.6',
    ]),
    {
      ...GET,
      headers: {
        forwarded: null,
        'x-real-ip': null,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
      },
    },
  ),
  passed('two X-Forwarded-For', get(['X-Forwarded-For: 6.6.6.6', 'x-forwarded-for: 6.6.6.6']), {
    ...GET,
    headers: { 'x-forwarded-for': '127.0.0.1' },
  }),
]

const pipelines: readonly RequestCase[] = [
  passed('two requests in one packet', get([]) + SMUGGLED, GET, SECOND),
  passed(
    'twenty requests in one packet',
    SMUGGLED.repeat(20),
    ...Array.from({ length: 20 }, () => SECOND),
  ),
  { name: 'a good request before a bad one', bytes: get([]) + BAD, passed: [GET], refused: [400] },
  {
    name: 'a good one, a bad one and a good one',
    bytes: get([]) + BAD + SMUGGLED,
    passed: [GET],
    refused: [400],
  },
  { name: 'a good one before garbage', bytes: `${get([])}\0\0\0\0`, passed: [GET], refused: [400] },
  {
    name: 'a good one before one with two Hosts',
    bytes: `${get([])}${lines('GET /user/ada/bad HTTP/1.1', 'Host: hub.example', 'Host: evil')}\r\n`,
    passed: [GET],
    refused: [400],
  },
  {
    name: 'nothing behind Connection: close is served',
    bytes: get(['Connection: close']) + SMUGGLED,
    passed: [GET],
  },
  {
    name: 'nothing behind HTTP/1.0 is served',
    bytes: `${lines('GET /user/ada/x HTTP/1.0', 'Host: hub.example')}\r\n${SMUGGLED}`,
    passed: [GET],
  },
  { name: 'half a request behind a good one', bytes: `${get([])}GET /user/ada/sm`, passed: [GET] },
]

const upgrades: readonly RequestCase[] = [
  passed('an upgrade that the server does not want', get(WEBSOCKET), {
    ...GET,
    headers: { upgrade: 'websocket' },
  }),
  {
    name: 'a request behind an upgrade that the server does not want',
    bytes: get(WEBSOCKET, SMUGGLED),
    passed: [GET],
  },
  ...[
    'h2c',
    'HTTP/2.0',
    'TLS/1.0',
    'websocket, h2c',
    'h2c, websocket',
    'websocket/13',
    'x',
    '',
  ].map((name) =>
    passed(
      `Upgrade: ${name} is left out, and what is behind it is the next request`,
      get(['Connection: Upgrade', `Upgrade: ${name}`], SMUGGLED),
      { ...GET, headers: { upgrade: null } },
      SECOND,
    ),
  ),
  {
    name: 'h2c with its settings, and the preface of HTTP/2',
    bytes: get(
      [
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
      ],
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ),
    passed: [{ ...GET, headers: { upgrade: null, 'http2-settings': null } }],
  },
  passed(
    'Upgrade with a body, and a request behind it',
    post(['Connection: Upgrade', 'Upgrade: x', 'Content-Length: 5'], `hello${SMUGGLED}`),
    { body: 'hello', headers: { upgrade: null } },
    SECOND,
  ),
  passed(
    'Upgrade with chunks, and a request behind them',
    post(
      ['Connection: Upgrade', 'Upgrade: x', 'Transfer-Encoding: chunked'],
      `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
    ),
    { body: 'hello', headers: { upgrade: null } },
    SECOND,
  ),
  broken(
    'Upgrade with a broken chunk',
    post(
      ['Connection: Upgrade', 'Upgrade: x', 'Transfer-Encoding: chunked'],
      `5\r\nhelloxx0\r\n\r\n${SMUGGLED}`,
    ),
  ),
  {
    name: 'Upgrade, and garbage behind it',
    bytes: get(['Connection: Upgrade', 'Upgrade: x'], '\0\0\0\0'),
    passed: [GET],
    refused: [400],
  },
  refused('a websocket by POST', post(WEBSOCKET, SMUGGLED), 400, 405, 426, 501),
  refused(
    'a websocket by POST with a body',
    post([...WEBSOCKET, 'Content-Length: 5'], 'hello'),
    400,
    405,
    426,
    501,
  ),
  passed('two Upgrades are none', get([...WEBSOCKET, 'Upgrade: h2c']), {
    ...GET,
    headers: { upgrade: null },
  }),
  passed('Upgrade without a Connection that names it', get(['Upgrade: h2c']), {
    ...GET,
    headers: { upgrade: null },
  }),
]

const expectations: readonly RequestCase[] = [
  passed(
    'Expect: 100-continue with its body',
    post(['Expect: 100-continue', 'Content-Length: 5'], 'hello'),
    { body: 'hello' },
  ),
  passed('Expect in capitals', post(['EXPECT: 100-CONTINUE', 'Content-Length: 5'], 'hello'), {
    body: 'hello',
  }),
  passed('Expect without a body', get(['Expect: 100-continue']), GET),
  {
    name: 'Expect whose body does not come',
    bytes: post(['Expect: 100-continue', 'Content-Length: 5']),
    begun: true,
  },
  passed(
    'Expect of something else',
    post(['Expect: the-unexpected', 'Content-Length: 5'], 'hello'),
    { body: 'hello' },
  ),
  passed(
    'Expect and a request behind the body',
    post(['Expect: 100-continue', 'Content-Length: 5'], `hello${SMUGGLED}`),
    { body: 'hello' },
    SECOND,
  ),
]

/** What is only for one hop, or follows a request: connection options, pipelines, upgrades, expectations. */
export const hops: readonly RequestCase[] = [
  ...connection,
  ...pipelines,
  ...upgrades,
  ...expectations,
]
