import type { Addresses } from '../servers/addresses.ts'
import type { ServiceRoute, ServiceRoutes } from './service-routes.ts'

/** Routes to services by host, where each has one of its own; see `HostRoutes`. */
export class HostServiceRoutes implements ServiceRoutes {
  readonly #routes: ServiceRoutes
  readonly #addresses: Addresses

  constructor(routes: ServiceRoutes, addresses: Addresses) {
    this.#routes = routes
    this.#addresses = addresses
  }

  addService(route: ServiceRoute): Promise<void> {
    return this.#routes.addService({ ...route, prefix: this.#addresses.routeOf(route.prefix) })
  }

  remove(prefix: string): Promise<void> {
    return this.#routes.remove(this.#addresses.routeOf(prefix))
  }

  async listServices(): Promise<readonly ServiceRoute[]> {
    return (await this.#routes.listServices()).map((route) => ({
      ...route,
      prefix: this.#addresses.pathOfRoute(route.prefix),
    }))
  }
}
