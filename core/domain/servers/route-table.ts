import type { ServerAddress } from './server.ts'

export interface Route {
  /** Path prefix with slashes at both ends, percent-encoded. */
  readonly prefix: string
  readonly target: ServerAddress
  readonly user: string
  readonly serverName: string
}

export interface ListedRoute extends Route {
  /** When somebody last did something there, and not only looked on; undefined when the proxy does not tell. */
  readonly lastUse?: Date | undefined
  /** What the proxy was told to keep from it is not what it would be told today. */
  readonly stale?: boolean
}

export interface ConnectionsToClose {
  readonly prefix?: string
  /** SHA-256, in hexadecimal, of tokens' texts and sessions' ids. */
  readonly credentials?: readonly string[]
}

/** The proxy's routes to servers. Adding and removing are idempotent. */
export interface RouteTable {
  add(route: Route): Promise<void>
  /** Takes the route away, and with it its live connections. */
  remove(prefix: string): Promise<void>
  /**
   * Ends live connections on a route (or on all), or those of them that were opened with one of the credentials, and lets nothing
   * new in with these until servers have forgotten them too. Routes stay. @returns how many were closed
   */
  closeConnections(which: ConnectionsToClose): Promise<number>
  /** Routes that this hub added. */
  list(): Promise<readonly ListedRoute[]>
}
