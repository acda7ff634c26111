import { fingerprintOf } from './credentials.ts'

/** Longer than a server goes on believing in a visitor's credential (`cache_max_age`), and not much longer. */
const HOLD_MS = 10_000

/**
 * Credentials that have just ended. Servers believe in them for some seconds more; meanwhile nothing new is let through with
 * them, or a page that connects again at once would stay.
 */
export class EndedCredentials {
  /** By fingerprint: the route that it has ended for (null: every one), and until when that is remembered. */
  readonly #ended = new Map<string, { readonly prefix: string | null; readonly until: number }[]>()

  get isEmpty(): boolean {
    return this.#ended.size === 0
  }

  add(prefix: string | null, credentials: readonly string[], now = Date.now()): void {
    this.#sweep(now)
    for (const credential of credentials.map(fingerprintOf)) {
      const others = (this.#ended.get(credential) ?? []).filter((each) => each.prefix !== prefix)
      this.#ended.set(credential, [...others, { prefix, until: now + HOLD_MS }])
    }
  }

  /** Whether one of the fingerprints has ended, for the route or altogether. */
  has(prefix: string, credentials: readonly string[], now = Date.now()): boolean {
    this.#sweep(now)
    return credentials.some((credential) =>
      this.#ended.get(credential)?.some((each) => each.prefix === null || each.prefix === prefix),
    )
  }

  /** What was renewed stands further back than its first time says, so each is looked at: they are few, and soon gone. */
  #sweep(now: number): void {
    for (const [credential, entries] of this.#ended) {
      const left = entries.filter(({ until }) => until > now)
      if (left.length === 0) this.#ended.delete(credential)
      else if (left.length < entries.length) this.#ended.set(credential, left)
    }
  }
}
