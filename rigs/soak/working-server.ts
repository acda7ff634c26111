import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** A MiB, for downloads. */
const MIB = Buffer.alloc(1024 * 1024, 'x')
export const DOWNLOADED_BYTES = 4 * MIB.length

/** A server that does as it is asked: small and large answers, uploads, events, websockets that say again what they hear. */
export class WorkingServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(): Promise<WorkingServer> {
    const server = createServer((request, response) => void answer(request, response))
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => agree(request, socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new WorkingServer(server)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  [Symbol.dispose](): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => undefined)
  switch (request.url) {
    case '/user/ada/large':
      response.writeHead(200, { 'content-length': DOWNLOADED_BYTES })
      for (let sent = 0; sent < DOWNLOADED_BYTES && !response.destroyed; sent += MIB.length)
        if (!response.write(MIB)) await drained(response)
      return void response.end()
    case '/user/ada/upload': {
      let bytes = 0
      request.on('data', (piece: Buffer) => (bytes += piece.length))
      return void request.once('end', () => response.end(String(bytes)))
    }
    case '/user/ada/events':
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let i = 0; !response.destroyed; i++) {
        response.write(`data: ${i}\n\n`)
        await delay(20)
      }
      return
    default:
      response.end(request.url)
  }
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })
}

function agree(request: IncomingMessage, socket: Duplex): void {
  // RFC 6455 section 4.2.2.
  const key = request.headers['sec-websocket-key'] ?? ''
  const accepted = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  socket.on('error', () => undefined)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
  )
  socket.pipe(socket)
}
