import { RecentMap } from './recent-map.ts'

/** Over so long the failures that pass are spread: whoever has used them up gets the next one when its share of this is over. */
const WINDOW_MS = 15 * 60_000
/** Addresses that are remembered, of those with few failures and of those with many. */
const MOST_WITH_FEW = 50_000
const MOST_WITH_MANY = 10_000

interface Bucket {
  level: number
  at: number
}

/**
 * Failed sign-ins by address: a bucket each, which a failure fills by one and which empties with time. What is kept is bounded,
 * however many addresses there are; those with many failures are kept apart, so that a flood of others does not wash them out.
 */
export class SignInFailures {
  readonly #most: number
  readonly #now: () => number
  readonly #few = new RecentMap<Bucket>(MOST_WITH_FEW)
  readonly #many = new RecentMap<Bucket>(MOST_WITH_MANY)

  /**
   * @param most failures of one address that pass within a quarter of an hour; 0: any number
   * @param now milliseconds, of a clock that never goes back
   */
  constructor(most: number, now: () => number) {
    this.#most = most
    this.#now = now
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#few.size + this.#many.size
  }

  /** Whether the address failed so often that its tries are counted before they are answered. */
  hasMany(address: string): boolean {
    return this.#many.get(address) !== undefined
  }

  add(address: string): void {
    if (this.#most > 0) this.#put(address, Math.min(this.#most, this.#level(address) + 1))
  }

  /** One that was counted was none. */
  takeBack(address: string): void {
    this.#put(address, Math.max(0, this.#level(address) - 1))
  }

  /** Whole seconds until the address may try again; 0: now. */
  waitS(address: string): number {
    if (this.#few.size + this.#many.size === 0) return 0
    const over = this.#level(address) - (this.#most - 1)
    return over <= 0 ? 0 : Math.max(1, Math.ceil((over * WINDOW_MS) / this.#most / 1000))
  }

  #level(address: string): number {
    const bucket = this.#many.get(address) ?? this.#few.get(address)
    if (!bucket) return 0
    return Math.max(0, bucket.level - ((this.#now() - bucket.at) * this.#most) / WINDOW_MS)
  }

  /** What was touched last is forgotten last. */
  #put(address: string, level: number): void {
    this.#few.delete(address)
    this.#many.delete(address)
    if (level <= 0) return
    const map = level >= this.#most / 2 ? this.#many : this.#few
    map.set(address, { level, at: this.#now() })
  }
}
