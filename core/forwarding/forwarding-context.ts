import type { Refusal } from './answers.ts'
import type { Exchange } from './exchange.ts'
import type { ForwardingOptions } from './forwarding-options.ts'
import type { Gate } from './gate.ts'
import type { Meter } from './meter.ts'
import type { Pools } from './pool.ts'

/** What a request on its way needs of the entrance that it came in by. */
export interface ForwardingContext {
  readonly options: ForwardingOptions
  readonly pools: Pools
  /** Whether the first segment of a route's prefix is a host. */
  readonly byHost: boolean
  readonly gate: Gate | undefined
  readonly meter: Meter | undefined
  /** Answers a request that cannot be passed on after all. */
  refuse(exchange: Exchange, refusal: Refusal): void
}
