import { chownSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server,
} from 'node:http'
import { type AddressInfo, connect, createServer as createRawServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { hashSecret } from '#core/base/random.ts'

import { Connections } from './connections.ts'
import { Forwarder } from './forwarder.ts'
import { Routes } from './routes.ts'
import { createFront } from './server.ts'

const now = new Date()
const uid = process.getuid?.() ?? 0
let folder: string
let routes: Routes
let front: Server
let port: number
const closing: { close(): void; closeAllConnections?(): void }[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-forwarding-'))
  routes = new Routes(undefined, now)
  front = createFront({
    routes,
    forwarder: new Forwarder(new Connections()),
    answers: {
      refuse: (_request, response, { status, message }) => response.writeHead(status).end(message),
      unreachable: (_request, response) => response.writeHead(503).end('unreachable'),
    },
    publicNames: new Set(['hub.example']),
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  port = (front.address() as AddressInfo).port
})
afterEach(() => {
  for (const server of [front, ...closing.splice(0)]) {
    server.closeAllConnections?.()
    server.close()
  }
  rmSync(folder, { recursive: true })
})

/** A server behind, on a unix socket, with a route to it under /user/ada/. */
async function behind(listener: RequestListener): Promise<Server> {
  const path = join(folder, 's.sock')
  const server = createServer(listener)
  closing.push(server)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  routes.set('/user/ada/', { kind: 'unix', path, owner: uid }, { data: {}, now })
  return server
}

/** A server that writes bytes as it likes. */
async function rawBehind(speak: (socket: Socket) => void): Promise<void> {
  const path = join(folder, 'raw.sock')
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined)
    speak(socket)
  })
  closing.push(server)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  routes.set('/user/ada/', { kind: 'unix', path, owner: uid }, { data: {}, now })
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request(
    { host: '127.0.0.1', port, path, method, headers: { host: 'hub.example', ...headers } },
    (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      )
    },
  )
  asked.once('error', reject)
  asked.end(body)
  return promise
}

/** Sends bytes as they are. @returns all that comes back */
function rawAsk(text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let received = ''
  const socket = connect(port, '127.0.0.1', () => socket.write(text))
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => (received += chunk))
  socket.once('error', () => resolve(received))
  socket.once('close', () => resolve(received))
  return promise
}

describe('a request', () => {
  test('reaches the server under its own path, with its query and body, and the answer comes back', async () => {
    await behind((incoming, outgoing) => {
      let body = ''
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
      incoming.once('end', () => {
        outgoing.writeHead(201, { 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
        outgoing.end(`${incoming.method} ${incoming.url} ${body}`)
      })
    })

    const answer = await ask('/user/ada/api/x?q=1', { method: 'POST', body: 'hello' })

    expect(answer).toMatchObject({ status: 201, text: 'POST /user/ada/api/x?q=1 hello' })
    expect(answer.headers).toMatchObject({ 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] })
  })

  test('carries the proxy’s own word on where it came from, and nobody else’s', async () => {
    await behind((incoming, outgoing) => outgoing.end(JSON.stringify(incoming.headers)))
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
        await ask('/user/ada/', {
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
    await behind((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      finish = () => outgoing.end()
    })

    const first = await new Promise<string>((resolve) => {
      request(
        { host: '127.0.0.1', port, path: '/user/ada/', headers: { host: 'hub.example' } },
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
    await behind((_incoming, outgoing) => {
      outgoing.write('begun')
      outgoing.once('close', () => left.resolve('left'))
    })
    const asked = request(
      { host: '127.0.0.1', port, path: '/user/ada/', headers: { host: 'hub.example' } },
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
    const server = await behind((incoming, outgoing) => {
      count++
      outgoing.end('fine')
      // The server hangs up after each answer, without having said so.
      if (count === 1) setImmediate(() => incoming.socket.destroy())
    })
    expect(server.listening).toBe(true)

    expect((await ask('/user/ada/1')).text).toBe('fine')
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => ask(`/user/ada/${i}`)))

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  })

  test.each([
    ['TRACE', 405],
    ['GET', 200],
  ])('with %s gets %i', async (method, status) => {
    await behind((_incoming, outgoing) => outgoing.end())

    expect((await ask('/user/ada/', { method })).status).toBe(status)
  })

  test('under another name is refused, and told which setting has the names', async () => {
    await behind((_incoming, outgoing) => outgoing.end('secret'))

    const answer = await ask('/user/ada/', { headers: { host: 'rebound.example' } })

    expect(answer.status).toBe(421)
    expect(answer.text).toContain('public_names')
  })

  test('to a server that is gone is unreachable', async () => {
    routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(folder, 'none.sock'), owner: uid },
      { data: {}, now },
    )

    expect((await ask('/user/ada/')).status).toBe(503)
    expect((await ask('/nothing')).status).toBe(404)
  })
})

describe('a socket that was swapped', () => {
  test('for a link to another one is not followed', async () => {
    await behind((_incoming, outgoing) => outgoing.end('secret'))
    symlinkSync(join(folder, 's.sock'), join(folder, 'link.sock'))
    routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(folder, 'link.sock'), owner: uid },
      { data: {}, now },
    )

    expect(await ask('/user/ada/')).toMatchObject({ status: 503, text: 'unreachable' })
  })

  test('for one of another account is not spoken to', async () => {
    await behind((_incoming, outgoing) => outgoing.end('secret'))
    if (uid === 0) chownSync(join(folder, 's.sock'), 65_534, 65_534)
    routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(folder, 's.sock'), owner: uid === 0 ? 0 : uid + 1 },
      { data: {}, now },
    )

    expect(await ask('/user/ada/')).toMatchObject({ status: 503, text: 'unreachable' })
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
    [
      'an upgrade to something else',
      'GET /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
    ],
    ['a tunnel', 'CONNECT evil:80 HTTP/1.1\r\nHost: hub.example\r\n\r\n'],
  ])('that sends %s is refused, and the server hears nothing', async (_what, text) => {
    let heard = 0
    await behind((_incoming, outgoing) => {
      heard++
      outgoing.end()
    })
    routes.set('/', { kind: 'unix', path: join(folder, 's.sock'), owner: uid }, { data: {}, now })

    const answer = await rawAsk(text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))

    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(heard).toBe(0)
  })
})

test.each(['GET', 'DELETE', 'POST'])(
  'a body whose chunks were declared away stays a body of its %s, and is no request of its own',
  async (method) => {
    const heard: string[] = []
    await behind((incoming, outgoing) => {
      heard.push(`${incoming.method} ${incoming.url}`)
      incoming.resume()
      incoming.once('end', () => outgoing.end())
    })
    const hidden =
      'GET /user/ada/hidden HTTP/1.1\r\nHost: hub.example\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n'

    await rawAsk(
      `${method} /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nConnection: close, transfer-encoding\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
    )

    expect(heard).toEqual([`${method} /user/ada/`])
  },
)

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
    await rawBehind((socket) => socket.once('data', () => speak(socket)))

    expect((await ask('/user/ada/', { method: 'POST', body: 'x' })).status).toBe(503)
  })

  test('that is on its way ends with the access of whoever asked for it', async () => {
    await behind((_incoming, outgoing) => outgoing.write('event'))
    const asked = ask('/user/ada/events', { headers: { authorization: 'token hers' } })
    const broken = asked.then(
      () => 'answered',
      (error: unknown) => String(error),
    )
    while (routes.get('/user/ada/')?.live.size !== 1)
      await new Promise((resolve) => setTimeout(resolve, 5))

    expect(routes.close({ prefix: null, credentials: [hashSecret('hers')] })).toBe(1)

    expect(await broken).toMatch(/aborted|hang up/)
    const again = await ask('/user/ada/events', { headers: { authorization: 'token hers' } })
    expect(again.status).toBe(403)
  })

  test('that breaks off in the middle breaks the answer off, and does not pretend it was whole', async () => {
    await rawBehind((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')),
    )

    await expect(ask('/user/ada/')).rejects.toThrow(/aborted|hang up/)
  })
})

describe('a websocket', () => {
  const helloWith = (authorization: string) =>
    `GET /user/ada/ws HTTP/1.1\r\nHost: hub.example\r\nAuthorization: ${authorization}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n`
  const hello = helloWith('token x')

  async function echoing(): Promise<void> {
    const server = await behind((_incoming, outgoing) => outgoing.end())
    server.on('upgrade', (_incoming, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n',
      )
      socket.pipe(socket)
      socket.on('error', () => undefined)
    })
  }

  /** Opens one. @returns the socket, and what is read from it */
  async function open(authorization = 'token x'): Promise<{
    readonly socket: Socket
    readonly until: (text: string) => Promise<void>
    readonly closed: Promise<Buffer>
  }> {
    const socket = connect(port, '127.0.0.1')
    let received = Buffer.alloc(0)
    let look: () => void = () => undefined
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      look()
    })
    socket.on('error', () => undefined)
    const closed = new Promise<Buffer>((resolve) => socket.once('close', () => resolve(received)))
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (received.includes(text)) resolve()
        }
        look()
      })
    socket.write(helloWith(authorization))
    await until('\r\n\r\n')
    return { socket, until, closed }
  }

  test('carries bytes both ways', async () => {
    await echoing()
    const { socket, until } = await open()

    socket.write('one')
    await until('one')
    socket.write('two')
    await until('onetwo')

    socket.destroy()
    expect(routes.get('/user/ada/')?.lastActivity.getTime()).toBeGreaterThanOrEqual(now.getTime())
  })

  test('is closed with "going away" when its route goes', async () => {
    await echoing()
    const { closed } = await open()

    expect(routes.delete('/user/ada/')).toBe(1)

    expect((await closed).subarray(-4)).toEqual(Buffer.from([0x88, 0x02, 0x03, 0xe9]))
  })

  test('is closed with "violates a policy" when the access of whoever opened it ends, and cannot come again', async () => {
    await echoing()
    const [hers, mine] = [await open('token hers'), await open('token mine')]

    expect(routes.close({ prefix: null, credentials: [hashSecret('hers')] })).toBe(1)

    expect((await hers.closed).subarray(-4)).toEqual(Buffer.from([0x88, 0x02, 0x03, 0xf0]))
    expect(await rawAsk(helloWith('token hers'))).toMatch(/^HTTP\/1\.1 403 /)
    mine.socket.write('still')
    await mine.until('still')
    mine.socket.destroy()
  })

  test('that is still being opened when the access ends does not come to be', async () => {
    const server = await behind((_incoming, outgoing) => outgoing.end())
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
    const answer = rawAsk(helloWith('token hers'))
    const agree = await asked

    expect(routes.close({ prefix: '/user/ada/', credentials: [hashSecret('hers')] })).toBe(1)
    agree()

    expect(await answer).toBe('')
  })

  test('that the server refuses is refused with the server’s words', async () => {
    const server = await behind((_incoming, outgoing) => outgoing.end())
    server.on('upgrade', (_incoming, socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
    )

    expect(await rawAsk(hello)).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*no$/)
  })

  test('to a server that is gone gets a status', async () => {
    routes.set(
      '/user/ada/',
      { kind: 'unix', path: join(folder, 'none.sock'), owner: uid },
      { data: {}, now },
    )

    expect(await rawAsk(hello)).toMatch(/^HTTP\/1\.1 503 /)
  })
})
