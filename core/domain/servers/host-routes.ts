import type { Addresses } from './addresses.ts'
import type { ConnectionsToClose, ListedRoute, Route, RouteTable } from './route-table.ts'

/**
 * Routes by host, where everybody has one of his own: the hub's services go on speaking of paths alone, and the proxy gets the
 * host before each.
 */
export class HostRoutes implements RouteTable {
  readonly #routes: RouteTable
  readonly #addresses: Addresses

  constructor(routes: RouteTable, addresses: Addresses) {
    this.#routes = routes
    this.#addresses = addresses
  }

  add(route: Route): Promise<void> {
    return this.#routes.add({ ...route, prefix: this.#addresses.routeOf(route.prefix) })
  }

  remove(prefix: string): Promise<void> {
    return this.#routes.remove(this.#addresses.routeOf(prefix))
  }

  closeConnections({ prefix, ...which }: ConnectionsToClose): Promise<number> {
    return this.#routes.closeConnections({
      ...which,
      ...(prefix !== undefined && { prefix: this.#addresses.routeOf(prefix) }),
    })
  }

  /** One of another host than its own, left from a time with other names, shows as it is, and is nobody's. */
  async list(): Promise<readonly ListedRoute[]> {
    return (await this.#routes.list()).map((route) => ({
      ...route,
      prefix: this.#addresses.pathOfRoute(route.prefix),
    }))
  }
}
