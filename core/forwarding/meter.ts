import type { RefusalReason } from './answers.ts'
import type { CloseReason } from './live-connections.ts'

/** What is counted. Called on every request: an implementation adds to a number and does nothing else. */
export interface Meter {
  /** A client's connection. */
  opened(): void
  closed(): void
  /** A request that is not for the proxy itself. */
  asked(kind: 'web' | 'ws'): void
  /** An answer's status, from the server behind or of our own. */
  answered(status: number): void
  /** Answered here and not behind, or cut off by a limit. */
  refused(reason: RefusalReason): void
  /** A live request or websocket that was ended from here. */
  ended(why: CloseReason): void
}
