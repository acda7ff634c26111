import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await new Stage({ limits: { idleMs: 200, bodyStallMs: 200, silenceMs: 300 } }).open()
})
afterEach(() => stage.close())

const hello = (more = '') =>
  `GET /user/ada/ws HTTP/1.1\r\nHost: hub.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: k\r\n${more}\r\n`
const AGREED =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n'

/** A server that does as it is told with each websocket, once it has been asked for it. */
async function behind(act: (socket: Socket, asked: string) => void): Promise<void> {
  await stage.rawBehind((socket) =>
    socket.once('data', (data: Buffer) => act(socket, data.toString('latin1'))),
  )
}

describe('what a client sends behind its request for a websocket', () => {
  test.each([
    ['with it', false],
    ['a little later', true],
  ])('reaches the server once that has agreed, and not before: %s', async (_when, isLater) => {
    const early = Promise.withResolvers<string>()
    await behind((socket, asked) => {
      const before = asked.slice(asked.indexOf('\r\n\r\n') + 4)
      setTimeout(() => socket.write(AGREED), 50)
      socket.once('data', (data: Buffer) => early.resolve(`${before}|${data.toString()}`))
    })
    const { socket, until } = stage.speak()

    const hidden = 'GET /user/ada/hidden HTTP/1.1\r\nHost: hub.example\r\n\r\n'
    socket.write(isLater ? hello() : hello() + hidden)
    if (isLater) setTimeout(() => socket.write(hidden), 20)

    expect(await early.promise).toBe(`|${hidden}`)
    await until('101')
  })

  test('is nothing any more once the client has left, and the server hears of that', async () => {
    const left = Promise.withResolvers<string>()
    await behind((socket) => {
      socket.once('close', () => left.resolve('left'))
      socket.once('end', () => socket.end())
    })
    const { socket } = stage.speak()
    socket.write(hello())
    setTimeout(() => socket.destroy(), 50)

    expect(await left.promise).toBe('left')
  })

  test('is dropped where the server does not agree, and is no request', async () => {
    const heard: string[] = []
    await behind((socket, asked) => {
      heard.push(asked)
      socket.on('data', (data: Buffer) => heard.push(data.toString()))
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
    })

    const answer = await stage.rawAsk(
      `${hello()}GET /user/ada/hidden HTTP/1.1\r\nHost: hub.example\r\n\r\n`,
    )

    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[^]*Connection: close\r\n\r\nno$/)
    expect(heard).toHaveLength(1)
    expect(heard[0]).not.toContain('hidden')
  })
})

describe('a websocket', () => {
  test('is asked for and agreed to with the headers of both, and with ours where they speak of the connection', async () => {
    let heard = ''
    await behind((socket, asked) => {
      heard = asked
      socket.write(`${AGREED}first`)
    })
    const { socket, until } = stage.speak()
    socket.write(hello('Sec-WebSocket-Protocol: v1\r\n'))
    await until('first')

    expect(heard).toContain('Sec-WebSocket-Key: k\r\n')
    expect(heard).toContain('Sec-WebSocket-Protocol: v1\r\n')
    expect(heard).toMatch(/Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/)
    expect(heard.match(/upgrade:/gi)).toHaveLength(1)
  })

  test('may be quiet for longer than any request, and nothing is lost of what comes in large pieces', async () => {
    await behind((socket) => {
      socket.write(AGREED)
      socket.pipe(socket)
    })
    const { socket, until } = stage.speak()
    let received = 0
    socket.on('data', (text: string) => (received += text.length))
    socket.write(hello())
    await until('\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 700))
    received = 0
    const sent = Buffer.alloc(8_000_000, 'abcdefghij')
    socket.write(sent)
    while (received < sent.length) await new Promise((resolve) => setTimeout(resolve, 10))
    socket.write('<end>')
    await until('<end>')

    expect(received).toBe(sent.length + 5)
    expect(stage.front.connections).toBe(1)
  })

  test('waits with what the one side sends until the other side takes it', async () => {
    let written = 0
    await behind((socket) => {
      socket.write(AGREED)
      const piece = Buffer.alloc(1024 * 1024)
      const more = () => {
        while (written < 60) {
          written++
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
      }
      more()
    })
    const { socket, until } = stage.speak()
    socket.write(hello())
    await until('\r\n\r\n')
    socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 300))

    expect(written).toBeLessThan(40)
  })

  test.each([
    ['the client', true],
    ['the server', false],
  ])('ends on both sides when %s ends it, with what was said last', async (_who, isClient) => {
    const heard = Promise.withResolvers<string>()
    await behind((socket) => {
      let text = ''
      socket.write(AGREED)
      socket.on('data', (data: Buffer) => (text += data.toString()))
      socket.once('end', () => socket.end())
      socket.once('close', () => heard.resolve(text))
      if (!isClient) setTimeout(() => socket.end('last'), 30)
    })
    const { socket, until, closed } = stage.speak()
    socket.write(hello())
    await until('\r\n\r\n')
    if (isClient) socket.end('last')

    expect(isClient ? await heard.promise : await closed).toMatch(/last$/)
    await (isClient ? closed : heard.promise)
    while (stage.front.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(stage.routes.get('/user/ada')?.live.size).toBe(0)
  })

  test('is told that the service restarts when the proxy ends', async () => {
    await behind((socket) => socket.write(AGREED))
    const { socket, until, closed } = stage.speak()
    socket.write(hello())
    await until('\r\n\r\n')

    stage.front.close()

    expect((await closed).slice(-4)).toBe('\x88\x02\x03\xf4')
  })

  test('by HTTP/1.0 is none, and the request goes on without', async () => {
    let heard = ''
    await behind((socket, asked) => {
      heard = asked
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })

    await stage.rawAsk(hello().replace('HTTP/1.1', 'HTTP/1.0'))

    expect(heard).not.toMatch(/upgrade/i)
  })
})

test('servers count a websocket until it is over, so that their end waits for it', async () => {
  const path = join(stage.folder, 'ws.sock')
  const server = createServer()
  server.on('upgrade', (_incoming, socket) => socket.write(AGREED))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  stage.route(path)
  const client = connect(stage.port, '127.0.0.1', () => client.write(hello()))
  await new Promise((resolve) => client.once('data', resolve))

  const closed = new Promise<string>((resolve) => stage.entrance.close(() => resolve('closed')))
  const first = await Promise.race([
    closed,
    new Promise((resolve) => setTimeout(() => resolve('waits'), 50)),
  ])
  expect(first).toBe('waits')
  client.destroy()

  expect(await closed).toBe('closed')
  server.close()
})
