import type { Clock } from './clock.ts'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A clock that moves only when told to: for tests. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: Sleeper[] = []

  constructor(start = new Date('2030-01-01T00:00:00Z')) {
    this.#now = start.getTime()
  }

  now(): Date {
    return new Date(this.#now)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#now + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      const leave = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        const reason: unknown = signal?.reason
        reject(reason instanceof Error ? reason : new Error(String(reason)))
      }
      if (signal?.aborted) leave()
      else signal?.addEventListener('abort', leave)
    })
  }

  /** Moves the time on and wakes, in order, whoever slept until then. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms
    for (;;) {
      const next = this.#sleepers
        .filter(({ until }) => until <= target)
        .toSorted((a, b) => a.until - b.until)[0]
      if (!next) break
      this.#sleepers = this.#sleepers.filter((other) => other !== next)
      this.#now = next.until
      next.wake()
      await settle()
    }
    this.#now = target
    await settle()
  }
}

/** Lets everything that was just woken run until it waits again. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
}
