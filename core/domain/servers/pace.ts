const KEPT = 32

/** How often something happens, measured over its last occurrences: what a time to wait can honestly be told from. */
export class Pace {
  #times: readonly number[] = []

  note(at: Date): void {
    this.#times = [...this.#times, at.getTime()].slice(-KEPT)
  }

  /** Seconds until it has happened `times` more times, at least 1; undefined when there is nothing to go by. */
  secondsUntil(times: number, now: Date): number | undefined {
    const [first] = this.#times
    if (first === undefined || this.#times.length < 2) return undefined
    // Until now and not until the last: when nothing happens any more, the wait grows.
    const each = (now.getTime() - first) / this.#times.length
    return Math.max(1, Math.ceil((each * times) / 1000))
  }
}
