import type { Duplex } from 'node:stream'

import type { Answer, ResponseHead } from './message.ts'
import type { ReadHead } from './read-head.ts'

/** Who hears of an exchange: one object for its whole life, so that a request costs no closures. */
export interface ExchangeListener {
  /** A piece of the request's body. It is the listener's from now on. */
  received(piece: Buffer): void
  /** The request's body is whole. Names and values of trailers in turn. */
  receivedAll(trailers: readonly string[]): void
  /** What had come in one read has been told: what was held back to go in one write goes now. */
  flush(): void
  /** There is room again, after `write` had said that there was none. */
  drained(): void
  /** The client is gone, or gave up, before it had its whole answer. Nothing is called after it. */
  closed(): void
}

/**
 * What is known of an answer's body: there is none (HEAD, 204, 304), its length stands in the headers, or it ends when it ends, so
 * that whoever sends it on frames it (chunks, the end of the stream, or of the connection).
 */
export type BodyKind = 'none' | 'length' | 'unknown'

/** One request and its answer, whatever the version of HTTP. Fronts implement it; `Front.handle` is given it. */
export interface Exchange {
  readonly head: ReadHead
  /** Whether a body follows, empty or not: only then `received` and `receivedAll` are called. */
  readonly hasBody: boolean
  /** The client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean
  /** A websocket is asked for: by `Upgrade: websocket`, or by the extended CONNECT of RFC 8441. The head's method is GET. */
  readonly wantsWebsocket: boolean

  /** From now on the listener hears of the request's body, and of the client's end. Called once. */
  receive(listener: ExchangeListener): void
  /** No more of the body for now; what was read in the same moment may still come. */
  pause(): void
  resume(): void

  /** Passes on an answer of 100 or 103 that comes before the answer; left out where the client's version knows none. */
  inform(head: ResponseHead): void
  /** Begins the answer. The headers say nothing of the connection (hop-by-hop ones are out), and of the framing only Content-Length. */
  begin(head: ResponseHead, body: BodyKind): void
  /** The piece is the exchange's from now on. @returns false when the client takes no more for now: `drained` follows */
  write(piece: Buffer): boolean
  /** What was held back to go in one write goes now. */
  flush(): void
  /** The answer is whole. Names and values of trailers in turn. The exchange is over for whoever calls it. */
  end(trailers: readonly string[]): void
  /** A whole answer at once, in place of begin, write and end. What is still to come of the request is not waited for. */
  answer(answer: Answer): void
  /** Cuts the exchange off, so that the client sees that its answer is not whole. */
  abort(): void
  /**
   * Agrees to a websocket, with the headers of the server behind (hop-by-hop ones are out). What the client sent behind its request
   * comes first of what is read. The exchange is over; the stream belongs to the caller.
   */
  switchProtocols(head: ResponseHead): Duplex
}
