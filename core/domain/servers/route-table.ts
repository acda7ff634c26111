import type { ServerAddress } from './server.ts'

export interface Route {
  /** Path prefix with slashes at both ends, percent-encoded. */
  readonly prefix: string
  readonly target: ServerAddress
  readonly user: string
  readonly serverName: string
}

/** The proxy's routes to servers. Adding and removing are idempotent. */
export interface RouteTable {
  add(route: Route): Promise<void>
  /** Takes the route away, and with it its live connections. */
  remove(prefix: string): Promise<void>
  /** Routes that this hub added. */
  list(): Promise<readonly Route[]>
}
