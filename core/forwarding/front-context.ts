import type { Exchange } from './exchange.ts'
import type { Limits } from './limits.ts'
import type { Meter } from './meter.ts'
import type { TimeLimits } from './time-limits.ts'

/** A client's connection, as its entrance knows it. */
export interface Closable {
  /** Whether nothing is under way on it. */
  readonly isIdle: boolean
  destroy(): void
}

/** What a client's connection needs of the entrance that it belongs to. */
export interface FrontContext {
  readonly limits: Limits
  readonly times: TimeLimits
  readonly meter: Meter | undefined
  /** No request follows on a connection once its present one is answered. */
  readonly isDraining: boolean
  handle(exchange: Exchange): void
  /** It is closed, or its socket carries a websocket now. */
  forget(connection: Closable): void
}
