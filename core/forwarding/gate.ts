import type { Refusal } from './answers.ts'
import type { Peer, RequestHead, ResponseHead } from './message.ts'
import type { ForwardingRoute } from './routes.ts'

/** Who may come in, and how many at once. Calls come in pairs, so that nothing is made for a request only to count it. */
export interface Gate {
  /** A connection from the address. @returns false: it is closed without a word, and `disconnected` does not follow */
  connected(address: string): boolean
  disconnected(address: string): void
  /** A request before it is passed on. @returns why not, in which case `left` does not follow */
  entering(head: RequestHead, route: ForwardingRoute): Refusal | undefined
  /** The server behind has begun to answer. */
  answered(head: RequestHead, route: ForwardingRoute, response: ResponseHead): void
  /** The request is over, however it ended; for a websocket, when that is. */
  left(peer: Peer, route: ForwardingRoute): void
}
