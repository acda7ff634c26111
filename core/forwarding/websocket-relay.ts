import type { Duplex } from 'node:stream'

import type { CloseReason, LiveConnection } from './live-connections.ts'
import type { Meter } from './meter.ts'
import { readRaw } from './raw-socket.ts'
import type { ForwardingRoute } from './routes.ts'

/** Close codes of RFC 6455 section 7.4.1 and its registry: "going away", "violates a policy", "service restart". */
const CLOSE_CODES = { 'route gone': 1001, 'access ended': 1008, restart: 1012 } as const

/** How long what has been written may take to go out, once it is over. */
const END_MS = 2000

/** What a relay is given to keep for hours: no secret, and nothing of the request. */
export interface RelayOptions {
  readonly route: ForwardingRoute
  readonly credentials: readonly string[]
  /** Called once, when it is over. */
  readonly over: (() => void) | undefined
  readonly meter: Meter | undefined
}

/** A websocket after the server behind has agreed: bytes both ways, untouched, until either side or the route ends. */
export class WebsocketRelay implements LiveConnection {
  readonly isWebsocket = true
  readonly #client: Duplex
  readonly #server: Duplex
  readonly #options: RelayOptions
  #isOver = false
  before: LiveConnection | undefined
  after: LiveConnection | undefined

  constructor(client: Duplex, server: Duplex, options: RelayOptions) {
    this.#options = options
    options.route.live.add(this)
    const fromClient = readRaw(client, (piece) => this.#fromClient(piece))
    const fromServer = readRaw(server, (piece) => this.#fromServer(piece))
    this.#client = fromClient.stream
    this.#server = fromServer.stream
    this.#watch(this.#client, this.#server)
    this.#watch(this.#server, this.#client)
    if (fromServer.early) this.#fromServer(fromServer.early)
    if (fromClient.early) this.#fromClient(fromClient.early)
    this.#client.resume()
    this.#server.resume()
  }

  #watch(from: Duplex, to: Duplex): void {
    const over = () => this.#end()
    from.on('error', over).on('close', over).on('end', over)
    to.on('drain', () => from.resume())
  }

  close(why: CloseReason): void {
    const client = this.#client
    this.#options.meter?.ended(why)
    // A close frame (RFC 6455 section 5.5.1), then the end.
    if (!this.#isOver && client.writable) {
      const frame = Buffer.from([0x88, 0x02, 0, 0])
      frame.writeUInt16BE(CLOSE_CODES[why], 2)
      client.write(frame)
    }
    this.#end()
  }

  credentials(): readonly string[] {
    return this.#options.credentials
  }

  #fromClient(piece: Buffer): boolean {
    if (this.#isOver) return true
    const { route } = this.#options
    route.lastActivity = Date.now()
    if (!isPong(piece)) route.lastUse = route.lastActivity
    return this.#server.write(piece)
  }

  #fromServer(piece: Buffer): boolean {
    return this.#isOver || this.#client.write(piece)
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { route, over } = this.#options
    route.live.delete(this)
    endSoon(this.#client)
    endSoon(this.#server)
    over?.()
  }
}

/** What has been written goes out, if it is taken soon; what still comes is thrown away. */
function endSoon(stream: Duplex): void {
  if (stream.destroyed) return
  stream.resume()
  stream.end()
  const timer = setTimeout(() => stream.destroy(), END_MS).unref()
  stream.once('close', () => clearTimeout(timer))
  stream.once('finish', () => stream.destroy())
}

/** A browser answers a server's ping by itself, with a frame of this opcode (RFC 6455 section 5.5.3). */
function isPong(piece: Buffer): boolean {
  return ((piece[0] ?? 0) & 0x0f) === 0x0a
}
