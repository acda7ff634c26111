import { randomBytes } from 'node:crypto'
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'

import type { Exchange } from './exchange.ts'
import { type Begun, Http2Exchange } from './http2-exchange.ts'
import { type Http2Head, readHttp2Head } from './http2-head.ts'
import { websocketHeaders } from './http2-websocket.ts'
import type { Limits } from './limits.ts'
import type { Peer } from './message.ts'
import type { Meter } from './meter.ts'
import { ReadHead } from './read-head.ts'
import type { Timed, TimeLimits } from './time-limits.ts'

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_FLAG_END_STREAM, NGHTTP2_PROTOCOL_ERROR } = constants

export interface Http2FrontOptions {
  readonly limits: Limits
  readonly times: TimeLimits
  readonly meter: Meter | undefined
  /** The one entrance of every request, whatever the version of HTTP. */
  handle(exchange: Exchange): void
}

/** Streams of one connection at once, and what each may send ahead of the server behind. Together they bound its memory. */
const MOST_STREAMS = 100
const STREAM_WINDOW = 128 * 1024
const CONNECTION_WINDOW = 1024 * 1024

/**
 * Streams of one connection that end before they are answered, by whichever side (a client that resets them: CVE-2023-44487; one that
 * makes us reset them: CVE-2025-8671): so many at once, and so many a second in the long run.
 */
const MOST_BROKEN = 400
const BROKEN_A_SECOND = 20

const LINGER_MS = 2000

/** Requests by HTTP/2, from connections whose client has chosen it (ALPN `h2`). */
export class Http2Front {
  readonly #options: Http2FrontOptions
  readonly #session: ReturnType<typeof sessionOptions>
  readonly #connections = new Set<Connection>()

  constructor(options: Http2FrontOptions) {
    this.#options = options
    this.#session = sessionOptions(options.limits)
  }

  /** The socket has shaken hands, where it is a TLS one; whoever calls this counts it. */
  serve(socket: Duplex, peer: Peer): void {
    const session = performServerHandshake(socket, this.#session)
    const connection = new Connection({ session, socket, peer }, this.#options)
    this.#connections.add(connection)
    this.#options.times.add(connection)
    session.once('close', () => {
      this.#connections.delete(connection)
      this.#options.times.delete(connection)
    })
  }

  /** Every client is told to open no more streams here (GOAWAY); connections end when their last stream does. */
  drain(): void {
    for (const connection of this.#connections) connection.drain()
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }
}

/** Node's own limits, each named: what is not set here has been looked at, and is not a limit. */
function sessionOptions({ headerBytes, headerCount }: Limits) {
  return {
    // A browser sends each cookie as a field of its own; together they count as one, later.
    maxHeaderListPairs: 2 * headerCount,
    // MiB. What waits to be taken counts: on all streams together it must not keep a slow client from asking for more.
    maxSessionMemory: 20,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    maxSettings: 32,
    maxOutstandingPings: 10,
    maxOutstandingSettings: 10,
    streamResetBurst: MOST_BROKEN,
    streamResetRate: BROKEN_A_SECOND,
    strictSingleValueFields: false,
    settings: {
      enableConnectProtocol: true,
      enablePush: false,
      headerTableSize: 4096,
      initialWindowSize: STREAM_WINDOW,
      maxConcurrentStreams: MOST_STREAMS,
      maxHeaderListSize: headerBytes,
    },
  }
}

/** One connection: its streams, and what it may ask for. */
class Connection implements Timed {
  readonly #session: ServerHttp2Session
  readonly #socket: Duplex
  readonly #peer: Peer
  readonly #options: Http2FrontOptions
  readonly #exchanges = new Set<Http2Exchange>()
  /** Since when no stream is open; at first, since the connection is. */
  #quietSince: number
  #streams = 0
  #hadStreams = false
  #mayBreak = MOST_BROKEN
  #brokenSince: number
  /** Since when this side has said all that it had to say. */
  #overSince: number | undefined

  constructor(
    {
      session,
      socket,
      peer,
    }: { readonly session: ServerHttp2Session; readonly socket: Duplex; readonly peer: Peer },
    options: Http2FrontOptions,
  ) {
    this.#session = session
    this.#socket = socket
    this.#peer = peer
    this.#options = options
    this.#quietSince = options.times.now
    this.#brokenSince = options.times.now
    session.setLocalWindowSize(CONNECTION_WINDOW)
    session.on('error', () => session.destroy())
    session.on('stream', (stream, _headers, flags, raw: unknown) => {
      const isWhole = (flags & NGHTTP2_FLAG_END_STREAM) !== 0
      if (this.#opened(stream)) this.#request(stream, raw as readonly string[], isWhole)
    })
  }

  drain(): void {
    this.#session.close()
  }

  close(): void {
    this.#session.destroy()
  }

  check(now: number): void {
    if (this.#session.destroyed) return this.#hangUp(now)
    const { headMs, idleMs, bodyStallMs, writeStallMs } = this.#options.limits
    const more = ((now - this.#brokenSince) / 1000) * BROKEN_A_SECOND
    this.#mayBreak = Math.min(MOST_BROKEN, this.#mayBreak + more)
    this.#brokenSince = now
    const isOver = (since: number, limit: number) => limit > 0 && now - since > limit
    if (this.#streams === 0 && isOver(this.#quietSince, this.#hadStreams ? idleMs : headMs))
      this.drain()
    for (const exchange of this.#exchanges) {
      const { waitsFor, movedAt } = exchange
      if (waitsFor === undefined) exchange.movedAt = now
      else if (isOver(movedAt, waitsFor === 'body' ? bodyStallMs : writeStallMs)) {
        this.#options.meter?.refused('limit')
        exchange.giveUp()
      }
    }
  }

  /** The session waits for its client to hang up, or to take the last bytes. */
  #hangUp(now: number): void {
    this.#overSince ??= now
    if (now - this.#overSince > LINGER_MS) this.#socket.destroy()
  }

  /** @returns false when the stream is over already: opened and reset in one read */
  #opened(stream: ServerHttp2Stream): boolean {
    this.#hadStreams = true
    if (stream.destroyed) {
      this.#broke()
      return false
    }
    this.#streams++
    // Whoever has to hear of it listens, too; without a listener it would end the process.
    stream.on('error', () => undefined)
    stream.once('close', () => {
      this.#streams--
      if (this.#streams === 0) this.#quietSince = this.#options.times.now
    })
    if (stream.closed) this.#broke()
    return !stream.closed
  }

  #request(stream: ServerHttp2Stream, raw: readonly string[], isWhole: boolean): void {
    const { limits, meter, times } = this.#options
    const read = readHttp2Head(raw)
    if ('why' in read || (isWhole && (read.length ?? 0) > 0)) {
      meter?.refused('malformed')
      stream.close(NGHTTP2_PROTOCOL_ERROR)
      return this.#broke()
    }
    const exchange = new Http2Exchange(begun(stream, read, { isWhole, peer: this.#peer }), times)
    if (exchange.head.headers.length > 2 * limits.headerCount) {
      meter?.refused('limit')
      return exchange.answer({ status: 431, reason: '', headers: [], body: Buffer.alloc(0) })
    }
    this.#exchanges.add(exchange)
    stream.once('close', () => {
      this.#exchanges.delete(exchange)
      if (exchange.wasBroken) this.#broke()
    })
    this.#options.handle(exchange)
  }

  #broke(): void {
    this.#mayBreak--
    if (this.#mayBreak >= 0 || this.#session.destroyed) return
    this.#options.meter?.refused('limit')
    this.#session.destroy(new Error('too many broken streams'), NGHTTP2_ENHANCE_YOUR_CALM)
  }
}

/** The request as HTTP/1 says it, with the words that HTTP/2 has none for. */
function begun(
  stream: ServerHttp2Stream,
  { method, target, headers: read, length, protocol }: Http2Head,
  { isWhole, peer }: { readonly isWhole: boolean; readonly peer: Peer },
): Begun {
  const websocketKey = protocol && randomBytes(16).toString('base64')
  const hasBody = !isWhole && protocol === undefined && length !== 0
  const headers = websocketKey ? websocketHeaders(read) : [...read]
  if (hasBody && length === undefined) headers.push('transfer-encoding', 'chunked')
  if (websocketKey) headers.push('upgrade', 'websocket', 'sec-websocket-key', websocketKey)
  const head = new ReadHead({ method, target, headers, peer, version: '2' })
  return { stream, head, length, hasBody, websocketKey }
}
