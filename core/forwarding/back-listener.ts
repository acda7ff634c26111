import type { BodyKind } from './exchange.ts'
import type { ReadResponse } from './read-head.ts'

/** Who hears of the answer on a connection to a server behind. After `backEnded` or `backFailed` nothing is called any more. */
export interface BackListener {
  /** An answer of 100 or 103 before the answer. */
  backInformed(head: ReadResponse): void
  backAnswered(head: ReadResponse, body: BodyKind): void
  /** 101 with `Upgrade: websocket`, to who had asked for it: `detach` gives the socket. */
  backSwitched(head: ReadResponse): void
  backPiece(piece: Buffer): void
  backEnded(trailers: readonly string[]): void
  /** What had come in one read has been told. */
  backFlush(): void
  /** There is room again, after `write` had said that there was none. */
  backDrained(): void
  /** The connection is of no more use, before the answer was whole. */
  backFailed(why: Error): void
}
