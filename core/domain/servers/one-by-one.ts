/** Pieces of work about the same thing, one after the other; about different things, beside one another. */
export class OneByOne {
  readonly #last = new Map<string, Promise<void>>()

  async take<T>(about: string, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(about)
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    this.#last.set(about, over)
    try {
      await before
      return await run()
    } finally {
      if (this.#last.get(about) === over) this.#last.delete(about)
      end()
    }
  }
}
