/**
 * Lets long pieces of work through in the order in which they came, a few at a time, and between any two of them whatever else waits
 * in the event loop: so that many of them keep each other waiting, and nobody else.
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await run()
    } finally {
      setImmediate(() => this.#next())
    }
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
