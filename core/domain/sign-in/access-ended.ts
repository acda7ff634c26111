import type { RouteTable } from '../servers/route-table.ts'
import { prefixOf, type ServerId } from '../servers/server.ts'
import type { HeldCredentialStore } from './held-credential-store.ts'

export interface AccessEndedDeps {
  readonly held: HeldCredentialStore
  readonly routes: Pick<RouteTable, 'closeConnections'>
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
    if (credentials.length === 0) return
    await Promise.all(servers.map((id) => this.#close({ prefix: prefixOf(id), credentials })))
  }

  /** What has ended in the store has ended, whatever becomes of the connections. */
  async #around<T>(credentials: readonly string[], end: () => Promise<T>): Promise<T> {
    const result = await end()
    if (credentials.length > 0) await this.#close({ credentials })
    return result
  }

  async #close(which: Parameters<RouteTable['closeConnections']>[0]): Promise<void> {
    try {
      await this.#deps.routes.closeConnections(which)
    } catch (error) {
      this.#deps.troubled('closing connections whose access has ended', error)
    }
  }
}
