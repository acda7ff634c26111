import { createServer, type Server, type Socket } from 'node:net'

import { unixUrl } from '../../core/base/unix-socket.ts'
import { type Reading, readRequests, type StrictRequest } from './strict-reading.ts'

/** A whole request that reached the server. */
export interface Seen {
  /** Counted over all servers; the answer carries it as `X-Seen`. */
  readonly id: number
  readonly request: StrictRequest
  readonly connection: RecordedConnection
}

export interface RecordedConnection {
  readonly socket: Socket
  /** What came after the last whole request. */
  pending: Reading<StrictRequest>
  /** Whether the client of the server (the proxy) has ended or cut it. */
  over: boolean
  /** How many bytes came. */
  bytes: number
  continued: boolean
}

/** Answers one request, in place of the ordinary answer. */
export type Script = (connection: RecordedConnection, seen: Seen) => void

let seenByAll = 0

const NOTHING = readRequests('')

/**
 * A server behind the proxy that stores and strictly reads every byte that reaches it, on each connection on its own, and answers
 * each whole request with the number under which it was seen.
 */
export class RecordingServer {
  readonly connections: RecordedConnection[] = []
  readonly seen: Seen[] = []
  /** For the coming requests, in turn. */
  readonly scripts: Script[] = []
  /** What could not be read as requests: there must never be anything. */
  readonly wrong: string[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  /** On a socket at the path, or on a free port of its own. */
  static async listen(path?: string): Promise<RecordingServer> {
    const server = new RecordingServer()
    const where = path === undefined ? { port: 0, host: '127.0.0.1' } : { path }
    await new Promise<void>((resolve) => server.#server.listen(where, resolve))
    return server
  }

  /** Of this server, as a route names it. */
  get url(): string {
    const address = this.#server.address()
    return typeof address === 'string' ? unixUrl(address) : `http://127.0.0.1:${address?.port ?? 0}`
  }

  /** Of all connections, also of those that are over: to tell whether anything still moves. */
  get bytes(): number {
    return this.connections.reduce((sum, { bytes }) => sum + bytes, this.#forgotten)
  }
  #forgotten = 0

  /** Forgets what is over. */
  forget(): void {
    this.seen.length = 0
    this.wrong.length = 0
    this.scripts.length = 0
    for (let i = this.connections.length - 1; i >= 0; i--) {
      const connection = this.connections[i]
      if (!connection?.over) continue
      this.#forgotten += connection.bytes
      this.connections.splice(i, 1)
    }
  }

  [Symbol.dispose](): void {
    this.#server.close()
    for (const { socket } of this.connections) socket.destroy()
  }

  #accept(socket: Socket): void {
    const connection: RecordedConnection = {
      socket,
      pending: NOTHING,
      over: false,
      bytes: 0,
      continued: false,
    }
    this.connections.push(connection)
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.once('end', () => (connection.over = true))
    socket.once('close', () => (connection.over = true))
    socket.on('data', (data: string) => this.#receive(connection, data))
  }

  #receive(connection: RecordedConnection, data: string): void {
    connection.bytes += data.length
    const reading = readRequests(connection.pending.left + data)
    connection.pending = { ...reading, whole: [] }
    if (reading.rest === 'wrong') {
      this.wrong.push(`${reading.why}: ${JSON.stringify(reading.left.slice(0, 2000))}`)
      connection.socket.destroy()
    }
    for (const request of reading.whole) {
      const seen = { id: ++seenByAll, request, connection }
      this.seen.push(seen)
      const script = this.scripts.shift() ?? answer
      script(connection, seen)
    }
    this.#continue(connection)
  }

  /** The body that the client holds back is asked for. */
  #continue(connection: RecordedConnection): void {
    const { begun } = connection.pending
    if (!begun) connection.continued = false
    else if (!connection.continued && begun.headers.some(([name]) => name === 'expect')) {
      connection.continued = true
      connection.socket.write('HTTP/1.1 100 Continue\r\n\r\n')
    }
  }
}

function answer({ socket }: RecordedConnection, { id, request }: Seen): void {
  const body = `seen ${id}`
  const head = `HTTP/1.1 200 OK\r\nX-Seen: ${id}\r\nContent-Length: ${body.length}\r\n\r\n`
  socket.write(request.method === 'HEAD' ? head : head + body)
}
