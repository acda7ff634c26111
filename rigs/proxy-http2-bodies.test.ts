import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type ProxyProcess, startProxy } from '../adapters/routes-http/testing/proxy-process.ts'
import { unixUrl } from '../core/base/unix-socket.ts'
import { Certificates } from './proxy-differential/certificates.ts'

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
/** Bytes that are nowhere twice the same, so that none can be missing or in another's place. */
const bytesOf = (size: number, seed: number) =>
  Buffer.from(
    Uint32Array.from({ length: Math.ceil(size / 4) }, (_, i) => i * 2_654_435_761 + seed).buffer,
  ).subarray(0, size)

let certificates: Certificates
let proxy: ProxyProcess
let folder: string
let server: Server
let act: (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | undefined | void
let client: ClientHttp2Session

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-http2-bodies-'))
  certificates = new Certificates()
  proxy = await startProxy([...certificates.flags('--ssl')])
  server = createServer((request, response) => {
    request.on('error', () => undefined)
    Promise.resolve(act(request, response)).catch(() => response.destroy())
  })
  const path = join(folder, 'behind.sock')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  await proxy.order('POST', '/api/routes/', { target: unixUrl(path) })
})
afterAll(async () => {
  await proxy.end()
  server.closeAllConnections()
  server.close()
  certificates[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  client = connect(`https://127.0.0.1:${proxy.port}`, { rejectUnauthorized: false })
  client.on('error', () => undefined)
})
afterEach(() => client.destroy())

function ask(fields: Record<string, string>): ClientHttp2Stream {
  const stream = client.request({ ':path': '/', ...fields }, { endStream: false })
  stream.on('error', () => undefined)
  return stream
}

/** The answer; with `slow`, nothing of its body is taken for a while. */
function wholeOf(stream: ClientHttp2Stream, slow: boolean) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly fields: Record<string, unknown>
    readonly bytes: Buffer
  }>()
  const pieces: Buffer[] = []
  stream.once('response', (fields) => {
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.once('end', () => resolve({ fields, bytes: Buffer.concat(pieces) }))
    if (!slow) return
    stream.pause()
    setTimeout(() => stream.resume(), 20)
  })
  stream.once('close', () => reject(new Error(`it ended early, by ${stream.rstCode}`)))
  return promise
}

async function statusOf(stream: ClientHttp2Stream): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  stream.once('response', (fields) => resolve(Number(fields[':status'])))
  stream.once('close', () => resolve(0))
  return promise
}

describe('bodies by HTTP/2', () => {
  test('arrive as they are in both directions, of any size, many at once, however slowly they are taken', async () => {
    act = async (request, response) => {
      const came = await buffer(request)
      const [size = 0, seed = 0, known] = (request.headers['x-wanted'] ?? '')
        .toString()
        .split(' ')
        .map(Number)
      response.setHeader('x-came', sumOf(came))
      if (known) response.setHeader('content-length', size)
      const answer = bytesOf(size, seed)
      for (let at = 0; at < size; at += 50_000) response.write(answer.subarray(at, at + 50_000))
      response.end()
    }
    const size = fc.oneof(
      fc.nat(10),
      fc.nat(200_000),
      fc.constantFrom(16_384, 65_535, 65_536, 131_072, 1_048_577),
    )
    const exchange = fc.record({
      up: size,
      down: size,
      seed: fc.nat(),
      known: fc.boolean(),
      slow: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(exchange, { minLength: 1, maxLength: 30 }), async (exchanges) => {
        await Promise.all(
          exchanges.map(async ({ up, down, seed, known, slow }) => {
            const body = bytesOf(up, seed)
            const length = known ? { 'content-length': String(up) } : undefined
            const stream = ask({
              ':method': 'POST',
              'x-wanted': `${down} ${seed} ${Number(known)}`,
              ...length,
            })
            const answer = wholeOf(stream, slow)
            stream.end(body)
            const { fields, bytes } = await answer
            expect(fields['x-came']).toBe(sumOf(body))
            expect(sumOf(bytes)).toBe(sumOf(bytesOf(down, seed)))
          }),
        )
      }),
      { numRuns: 25 },
    )
  })

  test.each([
    ['of a length', { 'content-length': '1000000' }],
    ['of no length', {}],
  ])('%s that a server breaks off are seen to be broken off', async (_, fields) => {
    act = (_request, response) => {
      response.writeHead(200, fields)
      response.write('x'.repeat(1000), () => setTimeout(() => response.destroy(), 20))
    }
    const stream = ask({ ':method': 'GET' })
    stream.end()
    expect(await statusOf(stream)).toBe(200)
    stream.resume()
    await new Promise((resolve) => stream.once('close', resolve))
    expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR)
  })

  test('that their client breaks off are broken off at the server', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    act = (request, response) => {
      request.resume()
      response.write('x')
      response.once('close', resolve)
    }
    const stream = ask({ ':method': 'GET' })
    stream.end()
    expect(await statusOf(stream)).toBe(200)
    stream.close(constants.NGHTTP2_CANCEL)
    await promise
    expect(client.destroyed).toBe(false)
  })

  test('that a server refuses at once are not waited for', async () => {
    act = (_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too large')
    }
    const stream = ask({ ':method': 'POST', 'content-length': '100000000' })
    stream.write('x')
    expect(await statusOf(stream)).toBe(413)
    expect((await buffer(stream)).toString()).toBe('too large')
  })

  test('that wait for a yes are sent when the server has said it', async () => {
    act = async (request, response) => response.end(await buffer(request))
    const stream = ask({ ':method': 'POST', expect: '100-continue', 'content-length': '4' })
    await once(stream, 'continue')
    stream.end('body')
    expect(await statusOf(stream)).toBe(200)
    expect((await buffer(stream)).toString()).toBe('body')
  })

  test('come as they are written: events are not held back', async () => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>()
    act = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      resolve(response)
    }
    const stream = ask({ ':method': 'GET' })
    stream.end()
    expect(await statusOf(stream)).toBe(200)
    const response = await promise
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      const came = once(stream, 'data')
      response.write(event)
      expect(String((await came)[0])).toBe(event)
    }
  })

  test.each([
    ['HEAD', 200, { 'content-length': '5' }],
    ['GET', 204, {}],
    ['GET', 304, { etag: '"x"' }],
    ['GET', 205, { 'content-length': '0' }],
    ['GET', 206, { 'content-range': 'bytes 0-0/5', 'content-length': '0' }],
  ])('are none where there is none: %s, %s', async (method, status, fields) => {
    act = (_request, response) => {
      response.writeHead(status, fields).end()
    }
    const stream = ask({ ':method': method })
    const answered = once(stream, 'response')
    stream.end()
    const [answer] = (await answered) as [Record<string, unknown>]
    expect(answer).toMatchObject({ ':status': status, ...fields })
    expect(await buffer(stream)).toHaveLength(0)
  })

  test('of many clients that give up leave nothing behind at the server', async () => {
    let open = 0
    act = (request, response) => {
      open++
      request.resume()
      response.once('close', () => open--)
      response.write('x')
    }
    for (let round = 0; round < 5; round++) {
      const streams = Array.from({ length: 60 }, () => ask({ ':method': 'POST' }))
      for (const stream of streams) stream.write('x')
      await Promise.all(streams.map((stream) => statusOf(stream)))
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
    }
    await expect.poll(() => open).toBe(0)
  })
})
