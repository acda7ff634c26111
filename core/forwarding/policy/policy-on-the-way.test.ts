import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { Stage } from '../testing/stage.ts'
import { compilePolicy } from './compile-policy.ts'

let stage: Stage
beforeEach(async () => {
  stage = await new Stage().open()
})
afterEach(() => stage.close())

const HOSTILE = [
  'Set-Cookie: a=b; Path=/',
  'set-cookie: jupyterhub-hub-login=x',
  'CLEAR-SITE-DATA: "*"',
  'Alt-Svc: h2=":8443"',
  'Service-Worker-Allowed: /',
  'X-Fine: 1',
].join('\r\n')

/** A server that reads a request, and answers with the text. @returns what it heard */
async function answering(text: string): Promise<{ heard: string }> {
  const seen = { heard: '' }
  await stage.rawBehind((socket) =>
    socket.on('data', (piece) => {
      seen.heard += String(piece)
      if (seen.heard.includes('\r\n\r\n')) socket.end(text)
    }),
  )
  const policy = compilePolicy({ cookie: 'jupyterhub-user-ada' }, stage.routes.pathOf('/user/ada/'))
  const target = { kind: 'unix', path: join(stage.folder, 'raw.sock'), owner: stage.uid } as const
  stage.routes.set('/user/ada/', target, { data: {}, policy, now: stage.now })
  return seen
}

const COOKIE = 'Cookie: jupyterhub-hub-login=secret; jupyterhub-user-ada=own; _xsrf=x'
const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13'

/** All that comes back to a request of a browser. */
const ask = (headers: string) =>
  stage.rawAsk(`GET /user/ada/x HTTP/1.1\r\nHost: hub.example\r\n${COOKIE}\r\n${headers}\r\n\r\n`)

test.each([
  ['an answer', 'Connection: close', `HTTP/1.1 200 OK\r\n${HOSTILE}\r\nContent-Length: 0\r\n\r\n`],
  [
    'hints before an answer, and the trailers behind it',
    'Connection: close\r\nTE: trailers',
    `HTTP/1.1 103 Early Hints\r\n${HOSTILE}\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${HOSTILE}\r\n\r\n`,
  ],
  [
    'an agreement to a websocket',
    WEBSOCKET,
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${HOSTILE}\r\n\r\n`,
  ],
  [
    'the refusal of a websocket',
    WEBSOCKET,
    `HTTP/1.1 403 Forbidden\r\n${HOSTILE}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  ],
])('%s says nothing for others than the route', async (_what, headers, text) => {
  const seen = await answering(text)

  const answer = await ask(headers)

  expect(answer).toMatch(/^HTTP\/1\.1 [1-4]\d\d /)
  expect(answer).not.toMatch(/path=\/\r|hub-login|clear-site-data|alt-svc|service-worker/i)
  expect(answer).toContain('X-Fine: 1')
  expect(answer).toMatch(/x-content-type-options: nosniff/i)
  expect(seen.heard).toMatch(/cookie: jupyterhub-user-ada=own; _xsrf=x\r/i)
  expect(seen.heard).not.toContain('secret')
})
