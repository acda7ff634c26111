import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await new Stage({ limits: { targetIdleMs: 200 } }).open()
})
afterEach(() => stage.close())

const GET = 'GET /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nConnection: close\r\n\r\n'

/** A server that says what it is given as soon as it is asked, each time that it is asked. */
async function saying(
  ...texts: readonly string[]
): Promise<{ asked: number; connections: number }> {
  const heard = { asked: 0, connections: 0 }
  await stage.rawBehind((socket) => {
    heard.connections++
    socket.on('data', () => {
      const text = texts[Math.min(heard.asked, texts.length - 1)] ?? ''
      heard.asked++
      socket.write(text, 'latin1')
    })
    socket.on('end', () => socket.end())
  })
  return heard
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('an answer', () => {
  test('that ends with its connection is framed anew, and whole', async () => {
    await stage.rawBehind((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nX: y\r\n\r\n<one')
        setTimeout(() => socket.end('>'), 20)
      }),
    )

    const answer = await stage.rawAsk(GET)

    expect(answer).toContain('Transfer-Encoding: chunked')
    expect(answer).toMatch(/4\r\n<one\r\n1\r\n>\r\n0\r\n\r\n$/)
  })

  test('in chunks, with trailers, comes with those that do no harm', async () => {
    await saying(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nDigest: x\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\n',
    )

    expect(await stage.rawAsk(GET)).toMatch(/3\r\nabc\r\n0\r\nDigest: x\r\n\r\n$/)
  })

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
    ['304', 'HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n'],
  ])('of %s has no body, and none is announced', async (status, text) => {
    await saying(text)

    const answer = await stage.rawAsk(GET)

    expect(answer).toContain(`HTTP/1.1 ${status}`)
    expect(answer).not.toMatch(/content-length|transfer-encoding/i)
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
  })

  test('to HEAD has the length that it says and no body, and the connection serves the next request', async () => {
    const heard = await saying('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', OK)

    const answer = await stage.rawAsk(`HEAD /user/ada/ HTTP/1.1\r\nHost: hub.example\r\n\r\n${GET}`)

    expect(answer).toMatch(/Content-Length: 5\r\n\r\nHTTP\/1.1 200 OK[^]*\r\n\r\nok$/)
    expect(heard.asked).toBe(2)
  })

  test('comes behind those that go before it, which a client of HTTP/1.0 does not get', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'
    await saying(early + OK)

    expect(await stage.rawAsk(GET)).toMatch(
      /^HTTP\/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP\/1.1 200/,
    )
    expect(await stage.rawAsk(GET.replace('1.1', '1.0'))).toMatch(/^HTTP\/1.1 200/)
  })

  test('keeps the bytes of its reason and its headers', async () => {
    await saying('HTTP/1.1 200 \xe9\xff\r\nX-Own: \xe9\r\nContent-Length: 0\r\n\r\n')

    expect(await stage.rawAsk(GET)).toMatch(/^HTTP\/1.1 200 \xe9\xff\r\nX-Own: \xe9\r\n/)
  })

  test('that comes before the body is whole is passed on, and both connections end', async () => {
    const heard = await saying('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno')

    const answer = await stage.rawAsk(
      'POST /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nContent-Length: 1000000\r\n\r\nabc',
    )

    expect(answer).toMatch(/^HTTP\/1.1 413 [^]*Connection: close[^]*no$/)
    expect(heard.asked).toBe(1)
  })

  test('with "Connection: close" and a hang-up before the body was read arrives all the same', async () => {
    const path = join(stage.folder, 'closing.sock')
    const server = createServer((incoming, outgoing) => {
      outgoing.writeHead(200, { connection: 'close' }).end('done')
      setImmediate(() => incoming.socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    stage.route(path)

    const body = 'x'.repeat(3_000_000)
    for (let i = 0; i < 10; i++) {
      const { socket, closed } = stage.speak()
      socket.write(
        `POST /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nContent-Length: ${body.length}\r\n\r\n`,
      )
      socket.write(body)
      expect(await closed).toMatch(/^HTTP\/1.1 200 OK/)
    }
    server.close()
  })
})

describe('a server', () => {
  test.each([
    ['says no HTTP', 'what is this\r\n\r\n'],
    ['breaks off within the head', 'HTTP/1.1 200 OK\r\nX: '],
    ['has a status that is none', 'HTTP/1.1 000 OK\r\n\r\n'],
    ['has another coding than chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc'],
    ['has two codings', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['has chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    [
      'has chunks and a length',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n',
    ],
    ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['never comes to its answer', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(10_000)],
    ['has headers without end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(100_000)}`],
    ['has a header without end', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(100_000)}`],
    [
      'switches protocols unasked',
      'HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['switches to nothing', 'HTTP/1.1 101 S\r\n\r\n'],
  ])('that %s is unreachable, and is asked once', async (_what, text) => {
    let asked = 0
    await stage.rawBehind((socket) =>
      socket.once('data', () => {
        asked++
        socket.end(text)
      }),
    )

    expect(await stage.rawAsk(GET)).toMatch(/HTTP\/1.1 503 [^]*unreachable$/)
    expect(asked).toBe(1)
  })

  test.each([
    ['ends', (socket: Socket) => socket.end()],
    ['is gone', (socket: Socket) => socket.destroy()],
    ['says nonsense', (socket: Socket) => socket.write('nonsense\r\n')],
  ])('that %s in the middle of a chunked answer cuts it off at the client', async (_what, act) => {
    await stage.rawBehind((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
        setTimeout(() => act(socket), 20)
      }),
    )

    const answer = await stage.rawAsk(GET)

    expect(answer).toMatch(/3\r\nabc\r\n$/)
  })

  test('that says more than its answer is heard out and left', async () => {
    const heard = await saying(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother`)

    for (let i = 1; i < 4; i++) {
      expect((await stage.ask('/user/ada/')).text).toBe('ok')
      expect(heard.connections).toBe(i)
    }
  })

  test('that speaks without being asked is left', async () => {
    let connections = 0
    await stage.rawBehind((socket) => {
      connections++
      socket.on('data', () => {
        socket.write(OK)
        setTimeout(() => socket.write('\n'), 20)
      })
    })

    expect((await stage.ask('/user/ada/')).text).toBe('ok')
    await pause(60)
    expect((await stage.ask('/user/ada/')).text).toBe('ok')
    expect(connections).toBe(2)
  })
})

describe('connections to a server', () => {
  test('are used again, and closed when they have been quiet', async () => {
    const heard = await saying(OK)

    for (let i = 0; i < 5; i++) expect((await stage.ask('/user/ada/')).status).toBe(200)
    expect(heard).toEqual({ asked: 5, connections: 1 })
    expect(stage.front.pools.size).toBe(1)
    while (stage.front.pools.size > 0) await pause(20)

    expect((await stage.ask('/user/ada/')).status).toBe(200)
    expect(heard.connections).toBe(2)
  })

  test.each([
    ['GET', 200, 3],
    ['PUT', 200, 3],
    ['POST', 503, 2],
  ])('that died meanwhile are tried again for %s: %i', async (method, status, asked) => {
    let count = 0
    await stage.rawBehind((socket) =>
      socket.on('data', () => {
        count++
        // The second request on a connection finds it dead.
        if (count === 2) socket.destroy()
        else socket.write(OK)
      }),
    )
    expect((await stage.ask('/user/ada/')).status).toBe(200)

    const { socket, until } = stage.speak()
    socket.write(`${method} /user/ada/ HTTP/1.1\r\nHost: hub.example\r\n\r\n`)
    await until(`HTTP/1.1 ${status}`)

    expect(count).toBe(asked)
  })

  test('that died once an answer had begun are not tried again', async () => {
    let count = 0
    await stage.rawBehind((socket) =>
      socket.on('data', () => {
        count++
        if (count === 2) socket.end('HTTP/1.1 2')
        else socket.write(OK)
      }),
    )
    expect((await stage.ask('/user/ada/')).status).toBe(200)

    expect((await stage.ask('/user/ada/')).status).toBe(503)
    expect(count).toBe(2)
  })

  test('end when the client leaves', async () => {
    const left = Promise.withResolvers<void>()
    await stage.rawBehind((socket) => {
      socket.once('close', () => left.resolve())
      socket.resume().once('end', () => socket.end())
    })
    const { socket } = stage.speak()
    socket.write('POST /user/ada/ HTTP/1.1\r\nHost: hub.example\r\nContent-Length: 5\r\n\r\nab')
    await pause(50)

    socket.destroy()

    await left.promise
    expect(stage.routes.get('/user/ada')?.live.size).toBe(0)
  })
})
