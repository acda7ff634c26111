/** The queue is full; whoever comes now must come again later. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError'
}

/** Runs at most `atOnce` pieces of work at a time; at most `waiting` more wait their turn, in order. */
export class BoundedQueue {
  readonly #atOnce: number
  readonly #waiting: number
  #running = 0
  readonly #turns: { readonly go: () => void }[] = []

  constructor({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }) {
    this.#atOnce = atOnce
    this.#waiting = waiting
  }

  /** @throws QueueFullError, or the signal's reason when it aborts before the work's turn */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (this.#running >= this.#atOnce) await this.#turn(signal)
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#turns.shift()
      // The place is handed on, so that nobody who comes now gets in between.
      if (next) next.go()
      else this.#running--
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#turns.length >= this.#waiting) throw new QueueFullError('too many are waiting')
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const turn = { go: resolve }
    this.#turns.push(turn)
    signal.addEventListener('abort', () => {
      const at = this.#turns.indexOf(turn)
      if (at < 0) return
      this.#turns.splice(at, 1)
      reject(signal.reason)
    })
    return promise
  }
}
