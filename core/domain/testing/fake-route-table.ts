import { HubError } from '../errors.ts'
import type { ConnectionsToClose, ListedRoute, Route, RouteTable } from '../servers/route-table.ts'

/** Routes in memory. `fail` makes the next call be refused, as by a proxy that is away. */
export class FakeRouteTable implements RouteTable {
  readonly routes = new Map<string, ListedRoute>()
  /** What was asked to be closed, in order. */
  readonly closed: ConnectionsToClose[] = []
  fail = false

  async add(route: Route): Promise<void> {
    this.#mayFail()
    this.routes.set(route.prefix, route)
  }

  async remove(prefix: string): Promise<void> {
    this.#mayFail()
    this.routes.delete(prefix)
  }

  async closeConnections(which: ConnectionsToClose): Promise<number> {
    this.#mayFail()
    this.closed.push(which)
    return 0
  }

  async list(): Promise<readonly ListedRoute[]> {
    this.#mayFail()
    return [...this.routes.values()]
  }

  #mayFail(): void {
    if (!this.fail) return
    this.fail = false
    throw new HubError('unavailable', 'the proxy is away')
  }
}
