import type { Refusal } from './answers.ts'
import type { Peer, RequestHead } from './message.ts'
import type { ReadResponse } from './read-head.ts'
import type { ForwardingRoute } from './routes.ts'

/** Who may come in, and how many at once. Calls come in pairs, so that nothing is made for a request only to count it. */
export interface Gate {
  /** A connection, before anything is read of it. @returns why not, in which case `disconnected` does not follow */
  connected(peer: Peer): Refusal | undefined
  disconnected(peer: Peer): void
  /** The address that a request counts for. */
  whose(head: RequestHead): string
  /** A request before it is passed on. @returns why not, in which case `left` does not follow */
  entering(head: RequestHead, route: ForwardingRoute): Refusal | undefined
  /** The server behind has begun to answer. */
  answered(head: RequestHead, route: ForwardingRoute, response: ReadResponse): void
  /** A request of theirs is over, however it ended; for a websocket, when that is. */
  left(whose: string, peer: Peer): void
}
