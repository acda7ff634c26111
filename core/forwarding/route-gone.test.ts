import { once } from 'node:events'
import type { Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { CloseReason } from './live-connections.ts'
import { Stage } from './testing/stage.ts'

let stage: Stage
let ended: CloseReason[]
/** What the server behind has of the one connection. */
let behind: { socket: Socket; text: string; closed: Promise<unknown> } | undefined
let heard: () => void

beforeEach(async () => {
  ended = []
  behind = undefined
  heard = () => undefined
  const meter = {
    opened: () => undefined,
    closed: () => undefined,
    asked: () => undefined,
    answered: () => undefined,
    refused: () => undefined,
    ended: (why: CloseReason) => void ended.push(why),
  }
  stage = await new Stage({ meter }).open()
})
afterEach(() => stage.close())

const HEAD = 'HTTP/1.1\r\nHost: hub.example\r\n'
const GET = `GET /user/ada/x ${HEAD}\r\n`
const WEBSOCKET = `GET /user/ada/x ${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n`
const SWITCHED =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

/** Every way in which a connection can be under way: what the client sends, what the server answers, what the client then has. */
const KINDS = {
  'a request without an answer': [GET, '', ''],
  'a download': [GET, 'HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nbegun', 'begun'],
  'a stream of events': [
    GET,
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n',
    'data: 1',
  ],
  'an upload': [`POST /user/ada/x ${HEAD}Content-Length: 9000\r\n\r\nbegun`, '', ''],
  'an upload that is answered while it goes on': [
    `POST /user/ada/x ${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n`,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n',
    'ok',
  ],
  'a websocket that is being opened': [WEBSOCKET, '', ''],
  'a websocket': [WEBSOCKET, SWITCHED, '101'],
} as const

describe('when a route goes', () => {
  test.each(Object.entries(KINDS))('%s ends, on both sides, and is counted', async (kind, how) => {
    const [asked, answer, has] = how
    await stage.rawBehind((socket) => {
      behind = { socket, text: '', closed: once(socket, 'close') }
      socket.on('data', (data) => {
        if (behind) behind.text += data.toString('latin1')
        heard()
      })
    })
    const client = stage.speak()
    client.socket.write(asked)
    await new Promise<void>((resolve) => {
      heard = () => {
        if (behind?.text.includes(asked.includes('begun') ? 'begun' : '\r\n\r\n') === true)
          resolve()
      }
      heard()
    })
    behind?.socket.write(answer)
    await client.until(has)

    expect(stage.routes.delete('/user/ada/')).toBe(1)

    const all = await client.closed
    behind?.socket.end()
    await behind?.closed
    expect(ended).toEqual(['route gone'])
    expect(all.endsWith('\u0088\u0002\u0003\u00e9')).toBe(kind === 'a websocket')
    expect((await stage.ask('/user/ada/x')).status).toBe(404)
  })

  test.each(Object.entries(KINDS))('%s ends when all of the route end', async (_kind, how) => {
    const [asked, answer, has] = how
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<Socket>()
    await stage.rawBehind((socket) => socket.once('data', () => arrive(socket)))
    const client = stage.speak()
    client.socket.write(asked)
    ;(await arrived).write(answer)
    await client.until(has)

    expect(stage.routes.close({ prefix: '/user/ada/', credentials: null })).toBe(1)
    await client.closed
    expect(ended).toEqual(['access ended'])
    expect(stage.routes.close({ prefix: '/user/ada/', credentials: null })).toBe(0)
  })

  test('what the client asked for behind it is not passed on', async () => {
    const texts: string[] = []
    await stage.rawBehind((socket) => socket.on('data', (data) => texts.push(data.toString())))
    const client = stage.speak()
    client.socket.write(`${GET}${GET.replace('/x', '/second')}`)
    while (texts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    stage.routes.delete('/user/ada/')
    await client.closed
    expect(texts.join('')).not.toContain('second')
  })
})
