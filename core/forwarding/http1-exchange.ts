import type { Socket } from 'node:net'

import type { BodyKind, Exchange, ExchangeListener } from './exchange.ts'
import type { HeldWriter } from './held-writer.ts'
import { headerLines, lastChunk } from './http1-text.ts'
import { headerOf, type Answer, type ResponseHead } from './message.ts'
import type { ReadHead } from './read-head.ts'

/** What an exchange needs of the connection that it is on. */
export interface ExchangeConnection {
  readonly out: HeldWriter
  /** Whether no request follows the one that is answered now. */
  readonly isEnding: boolean
  pause(): void
  resume(): void
  /** The client has done its part, or is given time to do the next. */
  progress(): void
  /** The exchange has its whole answer. */
  answered(exchange: Http1Exchange): void
  /**
   * An answer broke off: the client gets what has come of it.
   * @param byReset when a client would take an end in order for the end of the answer
   */
  cut(byReset: boolean): void
  /** The socket is the caller's, with nothing of the connection left on it. */
  detach(): Socket
}

/** One request on an HTTP/1 connection, and its answer. */
export class Http1Exchange implements Exchange {
  readonly head: ReadHead
  readonly hasBody: boolean
  readonly wantsWebsocket: boolean
  readonly #connection: ExchangeConnection
  listener: ExchangeListener | undefined
  /** Pieces of the body from before somebody listened. */
  #early: Buffer[] | undefined
  #trailers: readonly string[] | undefined
  /** Whether all of the request has come. */
  isReceived = false
  /** Whether the client has been told to send the body, or did not ask. */
  #mayContinue: boolean
  /** Whether another request may follow on the connection. */
  keepsAlive: boolean
  hasBegun = false
  #isChunked = false
  /** Nothing but the end of the connection says where the answer ends. */
  #endsWithConnection = false
  #isOver = false

  constructor(
    connection: ExchangeConnection,
    head: ReadHead,
    { keepAlive, upgrade }: { readonly keepAlive: boolean; readonly upgrade: boolean },
  ) {
    this.#connection = connection
    this.head = head
    this.hasBody = head.framing !== 'none'
    // One that asks for a websocket is the last, whatever becomes of it: what follows may be meant for the websocket.
    this.wantsWebsocket = upgrade && head.upgrade === 'websocket' && head.version === '1.1'
    this.#mayContinue = !this.expectsContinue
    // Nor does anything follow a body that two programs may see end in different places (RFC 9112 section 6.1).
    this.keepsAlive =
      keepAlive && !this.wantsWebsocket && head.method !== 'CONNECT' && !head.hasOddFraming
  }

  get expectsContinue(): boolean {
    return this.head.expectsContinue && this.head.version !== '1.0'
  }

  /** Whether it is the client's turn: to send more of the body. */
  get isAwaited(): boolean {
    return !this.isReceived && this.#mayContinue
  }

  receive(listener: ExchangeListener): void {
    this.listener = listener
    const early = this.#early
    this.#early = undefined
    if (early) {
      for (const piece of early) listener.received(piece)
      this.#connection.resume()
    }
    if (this.#trailers !== undefined) listener.receivedAll(this.#trailers)
    listener.flush()
  }

  /** Called by the connection. */
  received(piece: Buffer): void {
    if (this.#isOver) return
    this.#mayContinue = true
    if (this.listener) return this.listener.received(piece)
    this.#early ??= []
    this.#early.push(piece)
    this.#connection.pause()
  }

  /** Called by the connection. */
  receivedAll(trailers: readonly string[]): void {
    this.isReceived = true
    if (!this.hasBody || this.#isOver) return
    if (this.listener) this.listener.receivedAll(trailers)
    else this.#trailers = trailers
  }

  pause(): void {
    if (!this.#isOver) this.#connection.pause()
  }

  resume(): void {
    if (!this.#isOver) this.#connection.resume()
  }

  inform({ status, reason, headers }: ResponseHead): void {
    if (this.head.version === '1.0' || this.hasBegun || this.#isOver) return
    const { out } = this.#connection
    out.text(`HTTP/1.1 ${status} ${reason}\r\n${headerLines(headers)}\r\n`)
    out.flush()
    this.#mayContinue = true
    this.#connection.progress()
  }

  begin({ status, reason, headers }: ResponseHead, body: BodyKind): void {
    this.hasBegun = true
    this.#mayContinue = true
    // What is still to come of the request is not waited for.
    if (!this.isReceived || this.#connection.isEnding) this.keepsAlive = false
    let text = `HTTP/1.1 ${status} ${reason}\r\n${headerLines(headers)}`
    if (body === 'unknown') {
      if (this.head.version === '1.0') {
        this.keepsAlive = false
        this.#endsWithConnection = true
      } else {
        this.#isChunked = true
        text += 'Transfer-Encoding: chunked\r\n'
      }
    }
    if (!this.keepsAlive) text += 'Connection: close\r\n'
    else if (this.head.version === '1.0') text += 'Connection: keep-alive\r\n'
    this.#connection.out.text(`${text}\r\n`)
  }

  write(piece: Buffer): boolean {
    if (this.#isOver || piece.length === 0) return true
    const { out } = this.#connection
    return this.#isChunked ? out.chunk(piece, true) : out.piece(piece, true)
  }

  flush(): void {
    if (!this.#isOver) this.#connection.out.flush()
  }

  end(trailers: readonly string[]): void {
    if (this.#isOver) return
    if (this.#isChunked) this.#connection.out.text(lastChunk(trailers))
    this.#connection.out.flush()
    this.#isOver = true
    this.listener = undefined
    this.#connection.answered(this)
  }

  answer({ status, reason, headers, body }: Answer): void {
    if (this.#isOver) return
    const added = ['Content-Length', String(body.length)]
    if (headerOf(headers, 'date') === undefined) added.push('Date', dateNow())
    this.begin({ status, reason, headers: [...headers, ...added] }, 'length')
    if (this.head.method !== 'HEAD') this.#connection.out.piece(body)
    this.end([])
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.listener = undefined
    this.#connection.cut(this.#endsWithConnection)
  }

  switchProtocols({ status, reason, headers }: ResponseHead): Socket {
    this.#isOver = true
    this.listener = undefined
    const { out } = this.#connection
    out.text(
      `HTTP/1.1 ${status} ${reason}\r\n${headerLines(headers)}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    out.flush()
    return this.#connection.detach()
  }

  /** The connection is gone. */
  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { listener } = this
    this.listener = undefined
    listener?.closed()
  }
}

let dated = 0
let date = ''

/** The second that it is, as a Date header says it; writing it out costs more than the rest of a small answer. */
function dateNow(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dated) {
    dated = second
    date = new Date(second * 1000).toUTCString()
  }
  return date
}
