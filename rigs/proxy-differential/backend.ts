import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A request as the server behind received it. */
export interface Received {
  readonly line: string
  readonly headers: readonly (readonly [string, string])[]
  body: string
  trailers: string
}

type Behaviour = (response: ServerResponse, request: IncomingMessage) => void

/** What the server behind does, by the name that the request's `X-Do` gives. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  chunks: (response) => {
    response.write('one,')
    response.end('two')
  },
  trailers: (response) => {
    response.writeHead(200, { trailer: 'X-Sum' })
    response.write('body')
    response.addTrailers({ 'X-Sum': '42' })
    response.end()
  },
  hints: (response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end('after hints')
  },
  processing: (response) => {
    response.writeProcessing()
    response.end('after 102')
  },
  events: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
    setTimeout(() => response.end('data: 2\n\n'), 20)
  },
  cookies: (response) => {
    response.writeHead(200, ['Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2; Domain=hub.test'])
    response.end()
  },
  hops: (response) => {
    response.writeHead(200, [
      'Connection',
      'X-Hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      'timeout=3',
      'Proxy-Authenticate',
      'Basic',
      'X-Kept',
      '1',
    ])
    response.end('hops')
  },
  twice: (response) => {
    response.writeHead(200, ['X-Twice', 'a', 'X-Twice', 'b', 'Vary', 'a', 'Vary', 'b'])
    response.end()
  },
  gzip: (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync('packed'))
  },
  reason: (response) => {
    response.writeHead(299, 'Quite All Right')
    response.end('said')
  },
  etag: (response) => response.writeHead(304, { etag: '"1"' }).end(),
  none: (response) => response.writeHead(204).end(),
  large: (response) => response.end('x'.repeat(1024 * 1024)),
  range: (response) =>
    response.writeHead(206, { 'content-range': 'bytes 0-1/5', 'accept-ranges': 'bytes' }).end('he'),
  hang: () => undefined,
  slow: (response) => {
    response.writeHead(200)
    response.write('begun,')
    setTimeout(() => response.end('ended'), 1500)
  },
  drop: (_response, request) => request.socket.destroy(),
  half: (response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    setTimeout(() => response.destroy(), 10)
  },
  'half-chunk': (response) => {
    response.write('half')
    setTimeout(() => response.destroy(), 10)
  },
  garbage: raw('no HTTP at all\r\n\r\n'),
  'to-the-end': raw('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil I close'),
  'two-lengths': raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'),
  'length-and-chunks': raw(
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
  ),
  'unasked-101': raw(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  ),
  'more-than-length': raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n'),
}

function raw(text: string): Behaviour {
  return (_response, request) => request.socket.end(text)
}

/** The server behind one of the proxies. It keeps what it receives. */
export class Backend implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bulkhead-backend-'))
  readonly #server: Server
  /** The same, on a unix socket. */
  readonly #local: Server
  readonly #sockets = new Set<Socket>()
  received: Received[] = []
  #running = 0

  private constructor(tls: ServerOptions | undefined) {
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(request, response)
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener)
    this.#local = createServer(listener)
    for (const server of [this.#server, this.#local])
      server.on('connection', (socket: Socket) => this.#sockets.add(socket))
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrade(request, socket, head)
    })
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (request.headers['x-do'] === 'refuse-body') {
        this.#keep(request)
        response.writeHead(417).end('no')
        return
      }
      response.writeContinue()
      this.#answer(request, response)
    })
  }

  static async open(tls?: ServerOptions): Promise<Backend> {
    const backend = new Backend(tls)
    await new Promise<void>((resolve) => backend.#server.listen(0, '127.0.0.1', resolve))
    await new Promise<void>((resolve) => backend.#local.listen(backend.socket, resolve))
    return backend
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get socket(): string {
    return join(this.#folder, 's.sock')
  }

  /** What came since the last time, once what comes has come. */
  async take(): Promise<readonly Received[]> {
    for (let i = 0; i < 100 && this.#running > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 3))
    const { received } = this
    this.received = []
    this.#running = 0
    return received
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const kept = this.#keep(request)
    const name = String(request.headers['x-do'] ?? '')
    this.#running++
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('close', () => this.#running--)
    request.on('error', () => undefined)
    request.once('end', () => {
      kept.body = shown(Buffer.concat(chunks))
      kept.trailers = JSON.stringify(request.trailers)
      const [, status] = /^status-(\d+)$/.exec(name) ?? []
      const [, code, where] = /^redirect-(\d+) (.*)$/.exec(name) ?? []
      if (status !== undefined) response.writeHead(Number(status)).end(`status ${status}`)
      else if (code !== undefined) response.writeHead(Number(code), { location: where }).end()
      else if (BEHAVIOURS[name]) BEHAVIOURS[name](response, request)
      else response.writeHead(200, { 'content-type': 'text/plain' }).end('hello')
    })
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const kept = this.#keep(request)
    socket.on('error', () => undefined)
    socket.once('end', () => socket.end())
    const does = String(request.headers['x-do'] ?? '')
    if (does === 'drop') return void socket.destroy()
    if (does === 'refuse')
      return void socket.end(
        'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nX-Why: no\r\nContent-Length: 2\r\n\r\nno',
      )
    if (does === 'refuse-chunked')
      return void socket.end(
        'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
      )
    if (does === 'garbage') return void socket.end('garbage\r\n\r\n')
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nX-Mine: 1\r\n\r\n`,
    )
    socket.write('welcome;')
    const echo = (data: Buffer) => {
      kept.body += data.toString()
      socket.write(`echo ${data.toString()};`)
      if (data.includes('bye')) socket.end()
    }
    if (head.length > 0) echo(head)
    socket.on('data', echo)
  }

  #keep(request: IncomingMessage): Received {
    const { method, url, httpVersion, rawHeaders } = request
    const kept = {
      line: `${method} ${url} HTTP/${httpVersion}`,
      headers: Array.from(
        { length: rawHeaders.length / 2 },
        (_, i) => [rawHeaders[2 * i]?.toLowerCase() ?? '', rawHeaders[2 * i + 1] ?? ''] as const,
      ),
      body: '',
      trailers: '',
    }
    this.received.push(kept)
    return kept
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    for (const server of [this.#server, this.#local]) {
      await new Promise((resolve) => server.close(resolve))
    }
    rmSync(this.#folder, { recursive: true })
  }
}

function shown(body: Buffer): string {
  return body.length > 200 ? `${body.length} bytes` : body.toString('latin1')
}
