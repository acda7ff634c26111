import type { Answers } from './answers.ts'
import type { ForwardingOptions } from './forwarding-options.ts'
import type { Gate } from './gate.ts'
import type { Limits } from './limits.ts'
import type { Meter } from './meter.ts'
import type { Routes } from './routes.ts'

/** What the public entrance is made of. */
export interface FrontOptions {
  readonly routes: Routes
  readonly answers: Answers
  /** Accepted hosts, lower case, without ports; `*.` before one: any one label below it. Empty: any. */
  readonly publicNames: ReadonlySet<string>
  readonly forwarding: ForwardingOptions
  readonly limits: Limits
  /** Absent: everybody comes in. */
  readonly gate?: Gate
  /** Absent: nothing is counted. */
  readonly meter?: Meter
}
