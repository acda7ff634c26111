/** Tells whether anything was written. */
export interface Writes {
  /** Another number after each write that a remembered answer could be about, whoever wrote. */
  current(): number
}

/** A hub has few callers at a time; a cache that has grown past this is emptied. */
const MOST_ANSWERS = 20_000

/**
 * Remembers what was read for as long as nothing has been written: a token that was revoked, a person who was locked, is never
 * found again by the next request. What it hands out is shared, so it must not be changed. Without `writes` it remembers nothing.
 */
export class ReadCache<T> {
  readonly #writes: Writes | undefined
  readonly #answers = new Map<string, T>()
  #generation = -1

  constructor(writes: Writes | undefined) {
    this.#writes = writes
  }

  async read(key: string, load: () => Promise<T>): Promise<T> {
    if (!this.#writes) return load()
    const before = this.#writes.current()
    if (before !== this.#generation || this.#answers.size > MOST_ANSWERS) {
      this.#answers.clear()
      this.#generation = before
    }
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = await load()
    // Read before a write that came in between, it would be out of date already.
    if (this.#generation === before && this.#writes.current() === before)
      this.#answers.set(key, answer)
    return answer
  }
}
