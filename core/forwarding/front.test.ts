import { chownSync, symlinkSync } from 'node:fs'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { hashSecret } from '#core/base/random.ts'

import { Stage } from './testing/stage.ts'

let stage: Stage

beforeEach(async () => {
  stage = await new Stage().open()
})
afterEach(() => stage.close())

describe('a request', () => {
  test('reaches the server under its own path, with its query and body, and the answer comes back', async () => {
    await stage.behind((incoming, outgoing) => {
      let body = ''
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
      incoming.once('end', () => {
        outgoing.writeHead(201, { 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
        outgoing.end(`${incoming.method} ${incoming.url} ${body}`)
      })
    })

    const answer = await stage.ask('/user/ada/api/x?q=1', { method: 'POST', body: 'hello' })

    expect(answer).toMatchObject({ status: 201, text: 'POST /user/ada/api/x?q=1 hello' })
    expect(answer.headers).toMatchObject({ 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
  })

  test('carries the proxy’s own word on where it came from, and nobody else’s', async () => {
    await stage.behind((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)))
    const forged = {
      'x-forwarded-for': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      'x-real-ip': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      'x-scheme': 'https',
    }

    const headers = JSON.parse(
      (
        await stage.ask('/user/ada/', {
          headers: { ...forged, connection: 'close, cookie, x-own', cookie: 'a=1', 'x-own': '1' },
        })
      ).text,
    )

    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'hub.example',
      cookie: 'a=1',
    })
    for (const name of ['forwarded', 'x-real-ip', 'x-scheme', 'x-own'])
      expect(headers).not.toHaveProperty(name)
  })

  test('streams: what the server has said is there before it has ended', async () => {
    let finish: () => void = () => undefined
    await stage.behind((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      finish = () => outgoing.end()
    })

    const first = await new Promise<string>((resolve) => {
      request(
        {
          host: '127.0.0.1',
          port: stage.port,
          path: '/user/ada/',
          headers: { host: 'hub.example' },
        },
        (answer) => {
          answer.once('data', (chunk: Buffer) => resolve(chunk.toString()))
        },
      ).end()
    })

    expect(first).toBe('data: 1\n\n')
    finish()
  })

  test('whose client leaves ends at the server too', async () => {
    const left = Promise.withResolvers<string>()
    await stage.behind((_incoming, outgoing) => {
      outgoing.write('begun')
      outgoing.once('close', () => left.resolve('left'))
    })
    const asked = request(
      { host: '127.0.0.1', port: stage.port, path: '/user/ada/', headers: { host: 'hub.example' } },
      (answer) => {
        answer.on('error', () => undefined)
        answer.once('data', () => asked.destroy())
      },
    )
    asked.on('error', () => undefined)
    asked.end()

    expect(await left.promise).toBe('left')
  })

  test('is sent again when a kept connection turns out to be dead', async () => {
    let count = 0
    const server = await stage.behind((incoming, outgoing) => {
      count++
      outgoing.end('fine')
      // The server hangs up after each answer, without having said so.
      if (count === 1) setImmediate(() => incoming.socket.destroy())
    })
    expect(server.listening).toBe(true)

    expect((await stage.ask('/user/ada/1')).text).toBe('fine')
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => stage.ask(`/user/ada/${i}`)),
    )

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  })

  test.each([
    ['TRACE', 405],
    ['GET', 200],
  ])('with %s gets %i', async (method, status) => {
    await stage.behind((_incoming, outgoing) => outgoing.end())

    expect((await stage.ask('/user/ada/', { method })).status).toBe(status)
  })

  test('under another name is refused, and told which setting has the names', async () => {
    await stage.behind((_incoming, outgoing) => outgoing.end('secret'))

    const answer = await stage.ask('/user/ada/', { headers: { host: 'rebound.example' } })

    expect(answer.status).toBe(421)
    expect(answer.text).toContain('public_names')
  })

  test('to a server that is gone is unreachable', async () => {
    stage.routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(stage.folder, 'none.sock'), owner: stage.uid },
      { data: {}, now: stage.now },
    )

    expect((await stage.ask('/user/ada/')).status).toBe(503)
    expect((await stage.ask('/nothing')).status).toBe(404)
  })
})

describe('a socket that was swapped', () => {
  test('for a link to another one is not followed', async () => {
    await stage.behind((_incoming, outgoing) => outgoing.end('secret'))
    symlinkSync(join(stage.folder, 's.sock'), join(stage.folder, 'link.sock'))
    stage.routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(stage.folder, 'link.sock'), owner: stage.uid },
      { data: {}, now: stage.now },
    )

    expect(await stage.ask('/user/ada/')).toMatchObject({ status: 503, text: 'unreachable' })
  })

  test('for one of another account is not spoken to', async () => {
    await stage.behind((_incoming, outgoing) => outgoing.end('secret'))
    if (stage.uid === 0) chownSync(join(stage.folder, 's.sock'), 65_534, 65_534)
    stage.routes.set(
      '/user/ada/',
      {
        kind: 'unix',
        path: join(stage.folder, 's.sock'),
        owner: stage.uid === 0 ? 0 : stage.uid + 1,
      },
      { data: {}, now: stage.now },
    )

    expect(await stage.ask('/user/ada/')).toMatchObject({ status: 503, text: 'unreachable' })
  })
})

describe('a hostile client', () => {
  test.each([
    ['two hosts', 'GET / HTTP/1.1\r\nHost: hub.example\r\nHost: other\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: hub.example\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: hub.example\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    ],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : hub.example\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: hub.example\r\nX: a\r\n b\r\n\r\n'],
    ['an absolute address', 'GET http://evil/ HTTP/1.1\r\nHost: hub.example\r\n\r\n'],
    ['a tunnel', 'CONNECT evil:80 HTTP/1.1\r\nHost: hub.example\r\n\r\n'],
  ])('that sends %s is refused, and the server hears nothing', async (_what, text) => {
    let heard = 0
    await stage.behind((_incoming, outgoing) => {
      heard++
      outgoing.end()
    })
    stage.routes.set(
      '/',
      { kind: 'unix', path: join(stage.folder, 's.sock'), owner: stage.uid },
      { data: {}, now: stage.now },
    )

    const answer = await stage.rawAsk(text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))

    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(heard).toBe(0)
  })
})

test.each(['GET', 'DELETE', 'POST'])(
  'a body whose chunks were declared away stays a body of its %s, and is no request of its own',
  async (method) => {
    const heard: string[] = []
    await stage.behind((incoming, outgoing) => {
      heard.push(`${incoming.method} ${incoming.url}`)
      incoming.resume()
      incoming.once('end', () => outgoing.end())
    })
    const hidden =
      'GET /user/ada/hidden HTTP/1.1\r\nHost: hub.example\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n'

    await stage.rawAsk(
      `${method} /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nConnection: close, transfer-encoding\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
    )

    expect(heard).toEqual([`${method} /user/ada/`])
  },
)

test('an upgrade to something other than a websocket is not passed on, and the request is answered as it is', async () => {
  await stage.behind((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)))

  const answer = await stage.rawAsk(
    'GET /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nConnection: upgrade, http2-settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n',
  )

  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer.toLowerCase()).not.toMatch(/h2c|http2-settings/)
})

describe('a hostile server', () => {
  test.each([
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['answers garbage', (socket: Socket) => socket.end('what is this\r\n\r\n')],
    [
      'switches protocols unasked',
      (socket: Socket) =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
        ),
    ],
  ])('that %s is unreachable', async (_what, speak) => {
    await stage.rawBehind((socket) => socket.once('data', () => speak(socket)))

    expect((await stage.ask('/user/ada/', { method: 'POST', body: 'x' })).status).toBe(503)
  })

  test('that is on its way ends with the access of whoever asked for it', async () => {
    await stage.behind((_incoming, outgoing) => outgoing.write('event'))
    const asked = stage.ask('/user/ada/events', { headers: { authorization: 'token hers' } })
    const broken = asked.then(
      () => 'answered',
      (error: unknown) => String(error),
    )
    while (stage.routes.get('/user/ada/')?.live.size !== 1)
      await new Promise((resolve) => setTimeout(resolve, 5))

    expect(stage.routes.close({ prefix: null, credentials: [hashSecret('hers')] })).toBe(1)

    expect(await broken).toMatch(/aborted|hang up/)
    const again = await stage.ask('/user/ada/events', { headers: { authorization: 'token hers' } })
    expect(again.status).toBe(403)
  })

  test('that breaks off in the middle breaks the answer off, and does not pretend it was whole', async () => {
    await stage.rawBehind((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')),
    )

    await expect(stage.ask('/user/ada/')).rejects.toThrow(/aborted|hang up/)
  })
})

describe('a websocket', () => {
  const helloWith = (authorization: string) =>
    `GET /user/ada/ws HTTP/1.1\r\nHost: hub.example\r\nAuthorization: ${authorization}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n`
  const hello = helloWith('token x')

  async function echoing(): Promise<void> {
    const server = await stage.behind((_incoming, outgoing) => outgoing.end())
    server.on('upgrade', (_incoming, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n',
      )
      socket.pipe(socket)
      socket.on('error', () => undefined)
    })
  }

  /** Opens one. @returns the socket, and what is read from it */
  async function open(authorization = 'token x'): Promise<ReturnType<Stage['speak']>> {
    const client = stage.speak()
    client.socket.write(helloWith(authorization))
    await client.until('\r\n\r\n')
    return client
  }

  test('carries bytes both ways', async () => {
    await echoing()
    const { socket, until } = await open()

    socket.write('one')
    await until('one')
    socket.write('two')
    await until('onetwo')

    socket.destroy()
    expect(stage.routes.get('/user/ada/')?.lastActivity).toBeGreaterThanOrEqual(stage.now.getTime())
  })

  test('is closed with "going away" when its route goes', async () => {
    await echoing()
    const { closed } = await open()

    expect(stage.routes.delete('/user/ada/')).toBe(1)

    expect((await closed).slice(-4)).toBe('\x88\x02\x03\xe9')
  })

  test('is closed with "violates a policy" when the access of whoever opened it ends, and cannot come again', async () => {
    await echoing()
    const [hers, mine] = [await open('token hers'), await open('token mine')]

    expect(stage.routes.close({ prefix: null, credentials: [hashSecret('hers')] })).toBe(1)

    expect((await hers.closed).slice(-4)).toBe('\x88\x02\x03\xf0')
    expect(await stage.rawAsk(helloWith('token hers'))).toMatch(/^HTTP\/1\.1 403 /)
    mine.socket.write('still')
    await mine.until('still')
    mine.socket.destroy()
  })

  test('that is still being opened when the access ends does not come to be', async () => {
    const server = await stage.behind((_incoming, outgoing) => outgoing.end())
    const asked = new Promise<() => void>((resolve) =>
      server.on('upgrade', (_incoming, socket) => {
        socket.on('error', () => undefined)
        resolve(() =>
          socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
          ),
        )
      }),
    )
    const answer = stage.rawAsk(helloWith('token hers'))
    const agree = await asked

    expect(stage.routes.close({ prefix: '/user/ada/', credentials: [hashSecret('hers')] })).toBe(1)
    agree()

    expect(await answer).toBe('')
  })

  test('that the server refuses is refused with the server’s words', async () => {
    const server = await stage.behind((_incoming, outgoing) => outgoing.end())
    server.on('upgrade', (_incoming, socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
    )

    expect(await stage.rawAsk(hello)).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*no$/)
  })

  test('to a server that is gone gets a status', async () => {
    stage.routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(stage.folder, 'none.sock'), owner: stage.uid },
      { data: {}, now: stage.now },
    )

    expect(await stage.rawAsk(hello)).toMatch(/^HTTP\/1\.1 503 /)
  })
})
