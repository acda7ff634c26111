import { isLast, type ProgressEvent } from './progress.ts'

/** The events of one start: whoever asks gets what was said before, then what comes, to the last one. */
export class ProgressLog {
  readonly #events: ProgressEvent[] = []
  #wake = Promise.withResolvers<void>()

  add(event: ProgressEvent): void {
    const last = this.#events.at(-1)
    if (last && isLast(last)) return
    this.#events.push(event)
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  /** Ends after the last event, or quietly when `signal` aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<ProgressEvent> {
    const aborted = Promise.withResolvers<void>()
    const stop = () => aborted.resolve()
    signal.addEventListener('abort', stop)
    try {
      for (let next = 0; !signal.aborted;) {
        const more = this.#wake.promise
        for (const event of this.#events.slice(next)) {
          yield event
          if (isLast(event)) return
          next++
        }
        if (next >= this.#events.length) await Promise.race([more, aborted.promise])
      }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
