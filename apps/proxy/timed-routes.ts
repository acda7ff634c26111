import { type ForwardingRoute, Routes } from '#core/forwarding/routes.ts'

/** One look-up in so many is timed: reading the clock costs as much as looking up. A power of two. */
const ONE_IN = 64
/** So many of the times are kept, the newest ones. */
const MOST_SAMPLES = 512

/** Routes that know how often, and how fast, they are looked up. */
export class TimedRoutes extends Routes {
  readonly #samples: number[] = []
  /** How many look-ups there were. */
  count = 0

  override find(requestTarget: string, host: string): ForwardingRoute | 'nowhere' | 'refused' {
    if (this.count++ % ONE_IN !== 0) return super.find(requestTarget, host)
    const began = performance.now()
    const found = super.find(requestTarget, host)
    const at = Math.floor(this.count / ONE_IN) % MOST_SAMPLES
    this.#samples[at] = (performance.now() - began) / 1000
    return found
  }

  /** Seconds that some of the last ones took. */
  samples(): readonly number[] {
    return this.#samples
  }
}
