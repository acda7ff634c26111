import { ask, type Case, websocket } from './case.ts'

const DOES = [
  'chunks',
  'trailers',
  'hints',
  'processing',
  'events',
  'cookies',
  'hops',
  'twice',
  'gzip',
  'reason',
  'etag',
  'none',
  'large',
  'range',
  'drop',
  'half',
  'half-chunk',
  'garbage',
  'to-the-end',
  'two-lengths',
  'length-and-chunks',
  'unasked-101',
  'more-than-length',
]
const STATUSES = [
  200, 201, 202, 203, 205, 206, 207, 299, 300, 400, 401, 403, 404, 418, 429, 451, 500, 502, 503,
  504, 599, 999,
]

/** What servers behind answer, good and bad. */
export const answers: readonly Case[] = [
  ...DOES.map((does) => ask('GET /b/x', { does })),
  ...['chunks', 'large', 'none', 'gzip', 'drop'].map((does) => ask('HEAD /b/x', { does })),
  ...STATUSES.map((status) => ask('GET /b/x', { does: `status-${status}` })),
  ...['drop', 'half'].map((does) => ask('POST /b/x', { does, body: 'x' })),
  ask('GET /b/x', { does: 'chunks', version: 'HTTP/1.0' }),
  ask('GET /b/x', { does: 'hints', version: 'HTTP/1.0' }),
  ask('GET /dead/x'),
  ask('HEAD /dead/x'),
  ask('POST /dead/x', { body: 'x' }),
  ask('GET /dead/x', { headers: ['Accept: text/html'] }),
  ask('GET /nowhere', { headers: ['Accept: text/html'] }),
  ask('GET /nowhere', { headers: ['Accept: application/json'] }),
  ask('GET /unresolved/x'),
]

/** What is noted as activity of a route. */
export const activity: readonly Case[] = [
  ...[
    '',
    'status-201',
    'status-299',
    'none',
    'status-302',
    'etag',
    'status-404',
    'status-500',
    'drop',
    'large',
  ].map((does) => ask('GET /b/x', { does, activity: '/b' })),
  ask('POST /b/x', { body: 'x', activity: '/b' }),
  ask('POST /b/x', { body: 'x', does: 'status-404', activity: '/b' }),
  ask('HEAD /b/x', { activity: '/b' }),
  ask('GET /dead/x', { activity: '/dead' }),
  ask('POST /dead/x', { body: 'x', activity: '/dead' }),
  websocket('/b/ws', { activity: '/b' }),
  websocket('/b/ws', { activity: '/b', says: 'something' }),
  websocket('/b/ws', { does: 'refuse', activity: '/b' }),
]

/** Websockets, and what comes instead. */
export const websockets: readonly Case[] = [
  websocket('/b/ws'),
  websocket('/b/ws', { says: 'hello' }),
  websocket('/b/ws', { says: 'hello, bye' }),
  websocket('/b/ws?token=x', { headers: ['Cookie: a=1', 'Origin: http://evil.test'] }),
  websocket('/b/ws', {
    headers: ['Sec-WebSocket-Protocol: v1.kernel', 'Sec-WebSocket-Extensions: permessage-deflate'],
  }),
  websocket('/b/ws', { headers: ['X-Forwarded-For: 10.9.9.9', 'X-Forwarded-Proto: https'] }),
  ...['refuse', 'refuse-chunked', 'drop', 'garbage'].map((does) => websocket('/b/ws', { does })),
  websocket('/dead/ws'),
  websocket('/nowhere/ws'),
  websocket('/b/../c/ws'),
  websocket('/b/%zz'),
  websocket('/_chp_healthz'),
  websocket('/b/ws', { headers: ['Host: second.test'] }),
  websocket('/b/ws', { host: null }),
  websocket('/b/ws', { version: 'HTTP/1.0' }),
  ask('POST /b/ws', { headers: ['Upgrade: websocket', 'Connection: Upgrade'], body: '' }),
  ask('GET /b/ws', { headers: ['Upgrade: WebSocket', 'Connection: keep-alive, Upgrade'] }),
  ask('GET /b/ws', { headers: ['Upgrade: websocket, h2c', 'Connection: Upgrade'] }),
  ask('GET /b/ws', { headers: ['Upgrade: other', 'Connection: Upgrade'] }),
  ask('GET /b/ws', {
    headers: ['Upgrade: websocket', 'Connection: Upgrade', 'Content-Length: 3'],
    body: 'abc',
  }),
]
