import type { Answer, RequestHead } from './message.ts'

/** Why a request is answered here and not behind: a name for the numbers that are kept of it. */
export type RefusalReason =
  /** A connection that did not come so far as a request: no TLS, no PROXY header. */
  | 'handshake'
  | 'malformed'
  | 'method'
  | 'host'
  | 'path'
  | 'no_route'
  | 'access_ended'
  | 'limit'
  | 'sign_in'
  | 'unreachable'
  | 'draining'

/** Something that is answered here and not behind. */
export interface Refusal {
  readonly status: number
  readonly reason: RefusalReason
  /** A sentence for people. */
  readonly message: string
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number
  /** What went wrong with the server behind. */
  readonly cause?: Error
}

/** Draws what is answered to a request that is not passed on: for people and for programs alike. */
export interface Answers {
  page(head: RequestHead, refusal: Refusal): Answer | Promise<Answer>
}
