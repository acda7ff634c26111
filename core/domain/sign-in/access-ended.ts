import type { Clock } from '#core/base/clock.ts'

import type { RouteTable } from '../servers/route-table.ts'
import { prefixOf, type ServerId } from '../servers/server.ts'
import type { EndedAccess, EndedStore } from './ended-store.ts'
import type { HeldCredentialStore } from './held-credential-store.ts'

/** What other hubs said is taken for new within this time, so that clocks may differ a little, and a hub that halts catches up. */
const HEAR_MS = 15_000
const KEEP_MS = 120_000

export interface AccessEndedDeps {
  /** This hub's name among those on the same database. */
  readonly hub: string
  readonly held: HeldCredentialStore
  readonly store: EndedStore
  /** Of this hub's own proxy. */
  readonly routes: Pick<RouteTable, 'closeConnections'>
  readonly clock: Clock
  /** Something went wrong that no caller waits for. */
  readonly troubled: (doing: string, error: unknown) => void
}

/**
 * Makes an end of access take hold everywhere: what is open is closed by the proxy at once, and it lets nothing new in until the
 * servers themselves have forgotten (`SERVER_ARGUMENTS`). What a person held is read before it is deleted, so whoever deletes
 * passes the deletion in.
 */
export class AccessEnded {
  readonly #deps: AccessEndedDeps
  #heard = new Set<number>()

  constructor(deps: AccessEndedDeps) {
    this.#deps = deps
  }

  /** All that he holds ends: he is locked, or removed. */
  async ofPerson<T>(userId: number, end: () => Promise<T>): Promise<T> {
    return this.#around(await this.#deps.held.ofPerson(userId), end)
  }

  /** All his browsers are signed out. */
  async ofPersonsSessions<T>(userId: number, end: () => Promise<T>): Promise<T> {
    return this.#around(await this.#deps.held.ofSessionsOf(userId), end)
  }

  /** One browser is signed out. */
  async ofSession<T>(id: string, end: () => Promise<T>): Promise<T> {
    return this.#around(await this.#deps.held.ofSession(id), end)
  }

  /** Tokens, of whomever, are void. */
  async ofTokens<T>(ids: readonly number[], end: () => Promise<T>): Promise<T> {
    return this.#around(await this.#deps.held.ofTokens(ids), end)
  }

  /** A person stays, but may no longer come into these servers: a share, a group or a role of his is gone. */
  async toServers(userId: number, servers: readonly ServerId[]): Promise<void> {
    if (servers.length === 0) return
    const credentials = await this.#deps.held.ofPerson(userId)
    if (credentials.length > 0) await this.#tell({ prefixes: servers.map(prefixOf), credentials })
  }

  /** Hears what other hubs said since the last time, and passes it to this hub's proxy; called every second or two. */
  async hear(): Promise<void> {
    const { store, clock, hub } = this.#deps
    const said = await store.since(new Date(clock.now().getTime() - HEAR_MS))
    const before = this.#heard
    this.#heard = new Set(said.map(({ id }) => id))
    for (const ended of said)
      if (ended.hub !== hub && !before.has(ended.id)) await this.#close(ended)
  }

  async prune(): Promise<void> {
    const { store, clock } = this.#deps
    await store.prune(new Date(clock.now().getTime() - KEEP_MS))
  }

  /** What has ended in the store has ended, whatever becomes of the connections. */
  async #around<T>(credentials: readonly string[], end: () => Promise<T>): Promise<T> {
    const result = await end()
    if (credentials.length > 0) await this.#tell({ prefixes: null, credentials })
    return result
  }

  async #tell(ended: Pick<EndedAccess, 'prefixes' | 'credentials'>): Promise<void> {
    const { store, clock, hub } = this.#deps
    const told = store.add({ ...ended, hub }, clock.now())
    await Promise.all([this.#attempt('telling other hubs of an end', told), this.#close(ended)])
  }

  async #close({
    prefixes,
    credentials,
  }: Pick<EndedAccess, 'prefixes' | 'credentials'>): Promise<void> {
    const { routes } = this.#deps
    const doing = 'closing connections whose access has ended'
    const closing = (prefixes ?? [undefined]).map((prefix) =>
      routes.closeConnections({ credentials, ...(prefix !== undefined && { prefix }) }),
    )
    await Promise.all(closing.map((each) => this.#attempt(doing, each)))
  }

  async #attempt(doing: string, work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#deps.troubled(doing, error)
    }
  }
}
