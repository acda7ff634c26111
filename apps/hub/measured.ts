import type { PromMetrics } from '#adapters/metrics-prom/prom-metrics.ts'
import type { RouteTable } from '#core/domain/servers/route-table.ts'
import type { Spawner } from '#core/domain/servers/spawner.ts'

/** The same routes, with a watch on how long the proxy takes. */
export function measuredRoutes(routes: RouteTable, metrics: PromMetrics): RouteTable {
  return {
    add: (route) => metrics.ofRoutes('add', () => routes.add(route)),
    remove: (prefix) => metrics.ofRoutes('delete', () => routes.remove(prefix)),
    list: () => metrics.ofRoutes('poll', () => routes.list()),
    closeConnections: (which) => routes.closeConnections(which),
  }
}

/** The same spawner, with a watch on how long it takes to find out whether a server runs. */
export function measuredSpawner(spawner: Spawner, metrics: PromMetrics): Spawner {
  return {
    name: spawner.name,
    capabilities: spawner.capabilities,
    start: (spec, options) => spawner.start(spec, options),
    inspect: (handle) => metrics.ofPoll(() => spawner.inspect(handle)),
    stop: (handle) => spawner.stop(handle),
    list: () => spawner.list(),
    usage: (handles) => spawner.usage(handles),
    logTail: (publicId, lines) => spawner.logTail(publicId, lines),
    cleanUp: (publicId) => spawner.cleanUp(publicId),
  }
}
