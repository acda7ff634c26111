/** Something that must not go on for ever. */
export interface Timed {
  /** Called about once a second. `now` is the clock of `TimeLimits`. */
  check(now: number): void
}

/**
 * All limits on time are kept by one pass over what is open, about once a second: a request sets a number where it would otherwise
 * set a timer and clear it again.
 */
export class TimeLimits {
  readonly #timed = new Set<Timed>()
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  /** Milliseconds since some moment; as old as the last pass. */
  now = performance.now()

  /** @param shortestMs the shortest limit that is kept with it; passes come often enough for that */
  constructor(shortestMs: number) {
    this.#everyMs = Math.min(1000, Math.max(20, shortestMs / 4))
  }

  /** The moment from which on more than so many milliseconds have passed; 0: never. */
  in(ms: number): number {
    return ms === 0 ? Infinity : this.now + ms + this.#everyMs
  }

  add(timed: Timed): void {
    if (this.#timer === undefined) {
      this.now = performance.now()
      this.#timer = setInterval(() => this.#pass(), this.#everyMs).unref()
    }
    this.#timed.add(timed)
  }

  delete(timed: Timed): void {
    this.#timed.delete(timed)
  }

  #pass(): void {
    this.now = performance.now()
    for (const timed of this.#timed) timed.check(this.now)
    if (this.#timed.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
