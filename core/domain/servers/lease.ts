import type { Clock } from '#core/base/clock.ts'
import { randomHex } from '#core/base/random.ts'

import type { ServerStore } from './server-store.ts'
import type { Lease, Server } from './server.ts'

/** A lease that has not been renewed for so long is anybody's. */
export const LEASE_MS = 8000
/** How often a hub renews its leases, and looks at those of others. */
export const LOOK_MS = 2000

/** The leases of one hub, and what it has seen of those of others. */
export class Leases {
  readonly #servers: ServerStore
  readonly #clock: Clock
  readonly #hub: string
  /** What this hub writes as `holder`, as long as it lives. */
  readonly holder: string
  /** Since when something about a server is as it is, by `key`. */
  readonly #since = new Map<string, { readonly what: string; readonly at: number }>()

  /** @param parts `hub`: an id that no other living hub has, and that stays when this one is restarted */
  constructor({
    servers,
    clock,
    hub,
  }: {
    readonly servers: ServerStore
    readonly clock: Clock
    readonly hub: string
  }) {
    this.#servers = servers
    this.#clock = clock
    this.#hub = hub
    this.holder = `${hub}.${randomHex(4)}`
  }

  /** What to write into a row that this hub begins to work on. */
  fresh(): Lease {
    return { holder: this.holder, until: new Date(this.#clock.now().getTime() + LEASE_MS) }
  }

  isMine({ lease }: Server): boolean {
    return lease?.holder === this.holder
  }

  /**
   * Takes over the work on a server that nobody does any more: the lease is nobody's, or of an earlier life of this hub, or
   * has not been renewed for `LEASE_MS` of this hub's own time. Undefined while somebody does it, or when somebody else was
   * faster. For rows of which this hub knows no work.
   */
  async takeOver(row: Server): Promise<Server | undefined> {
    const { lease, state, publicId } = row
    if (lease && !this.#isOfEarlierLife(lease)) {
      // Work of this hub's own may be a moment from being known, or has failed and is done again.
      const mark = this.isMine(row) ? state : String(lease.until.getTime())
      if (!this.#isOld(`work ${publicId}`, mark)) return undefined
    }
    return this.#servers.move(row.id, { states: [state], publicId, lease }, { lease: this.fresh() })
  }

  /**
   * Whether to say of a ready server, whose process is gone, that it died. The hub that brought it up knows how it ended, so the
   * others give it time to say so.
   */
  mayDeclareDead(row: Server): boolean {
    const { lease, publicId } = row
    if (!lease || this.isMine(row) || this.#isOfEarlierLife(lease)) return true
    return this.#isOld(`gone ${publicId}`, 'gone')
  }

  /** Renews what this hub works on. */
  async renew(): Promise<void> {
    this.#forget()
    await this.#servers.renewLeases(this.fresh())
  }

  /** Gives up what this hub works on, so that others need not wait. */
  async letGo(): Promise<void> {
    await this.#servers.dropLeases(this.holder)
  }

  #isOfEarlierLife({ holder }: Lease): boolean {
    return holder !== this.holder && holder.startsWith(`${this.#hub}.`)
  }

  #isOld(key: string, what: string): boolean {
    const now = this.#clock.now().getTime()
    const seen = this.#since.get(key)
    if (seen?.what === what) return now - seen.at >= LEASE_MS
    this.#since.set(key, { what, at: now })
    return false
  }

  /** Nothing is looked at for long; what is, is looked at often. */
  #forget(): void {
    const old = this.#clock.now().getTime() - 60_000
    for (const [key, { at }] of this.#since) if (at < old) this.#since.delete(key)
  }
}
