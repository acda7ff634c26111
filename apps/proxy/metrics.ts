import type { Registry } from 'prom-client'

import type { RefusalReason } from '#core/forwarding/answers.ts'
import type { Exchange } from '#core/forwarding/exchange.ts'
import type { Meter } from '#core/forwarding/meter.ts'
import type { CloseReason } from '#core/forwarding/live-connections.ts'

import { type ApiAnswer, answerWith } from './api-answer.ts'
import type { Family } from './prom-registry.ts'
import type { TimedRoutes } from './timed-routes.ts'

/** What the REST API counts. */
export interface ApiMeter {
  api(status: number): void
  routesListed(): void
  routeAdded(): void
  routeDeleted(): void
}

/** The numbers in the text form of Prometheus. */
export interface ShownMetrics {
  shownBeside(): Promise<ApiAnswer>
}

/**
 * The proxy in numbers, under configurable-http-proxy's names and some of its own. Counting is adding to a number; Prometheus'
 * library is loaded, and filled, when somebody asks for the first time.
 */
export class ProxyMetrics implements Meter, ApiMeter, ShownMetrics {
  readonly #routes: TimedRoutes
  readonly #asked = { web: 0, ws: 0 }
  readonly #answered = new Counts<number>()
  readonly #refused = new Counts<RefusalReason>()
  readonly #ended = new Counts<CloseReason>()
  readonly #api = new Counts<number>()
  #open = 0
  #listed = 0
  #added = 0
  #deleted = 0
  #registry: Promise<Registry> | undefined

  constructor(routes: TimedRoutes) {
    this.#routes = routes
  }

  opened(): void {
    this.#open++
  }

  closed(): void {
    this.#open--
  }

  asked(kind: 'web' | 'ws'): void {
    this.#asked[kind]++
  }

  answered(status: number): void {
    this.#answered.add(status)
  }

  refused(reason: RefusalReason): void {
    this.#refused.add(reason)
  }

  ended(why: CloseReason): void {
    this.#ended.add(why)
  }

  api(status: number): void {
    this.#api.add(status)
  }

  routesListed(): void {
    this.#listed++
  }

  routeAdded(): void {
    this.#added++
  }

  routeDeleted(): void {
    this.#deleted++
  }

  async shown(): Promise<ApiAnswer> {
    this.#registry ??= this.#load()
    const registry = await this.#registry
    return { status: 200, type: registry.contentType, text: await registry.metrics() }
  }

  /** As `shown`, to stand beside those of another process: what there is of every process has names of its own. */
  async shownBeside(): Promise<ApiAnswer> {
    const { text = '', ...answer } = await this.shown()
    const own = text.replaceAll(/^(# \w+ )?(process|nodejs)_/gm, '$1bulkhead_proxy_$2_')
    return { ...answer, text: own }
  }

  /** `GET /metrics`, for a port of its own. */
  handler(): (exchange: Exchange) => void {
    return (exchange) => {
      const isIt = exchange.head.target === '/metrics'
      const said = isIt ? this.shown() : { status: 404, text: 'Not Found' }
      void Promise.resolve(said).then((answer) => answerWith(exchange, answer))
    }
  }

  async #load(): Promise<Registry> {
    const { registryOf } = await import('./prom-registry.ts')
    return registryOf(this.#families(), {
      count: () => this.#routes.count,
      samples: () => this.#routes.samples(),
      active: () => this.#answered.below(300),
    })
  }

  #families(): readonly Family[] {
    const one = (count: () => number) => () => [['', count()] as const]
    return [
      { name: 'api_route_get', help: 'Listings of the routes', values: one(() => this.#listed) },
      { name: 'api_route_add', help: 'Routes that were added', values: one(() => this.#added) },
      {
        name: 'api_route_delete',
        help: 'Routes that were to be removed',
        values: one(() => this.#deleted),
      },
      {
        name: 'requests_web',
        help: 'Requests that are no websocket',
        values: one(() => this.#asked.web),
      },
      { name: 'requests_ws', help: 'Websockets', values: one(() => this.#asked.ws) },
      {
        name: 'requests_proxy',
        help: 'Answers, of servers behind and of the proxy in their place',
        label: 'status',
        values: () => this.#answered,
      },
      {
        name: 'requests_api',
        help: 'Requests to the API',
        label: 'status',
        values: () => this.#api,
      },
      {
        name: 'bulkhead_proxy_refused_total',
        help: 'Requests that were answered here and not behind, or cut off by a limit',
        label: 'reason',
        values: () => this.#refused,
      },
      {
        name: 'bulkhead_proxy_ended_total',
        help: 'Live requests and websockets that were ended from here',
        label: 'why',
        values: () => this.#ended,
      },
      {
        name: 'bulkhead_proxy_connections',
        help: 'Connections of clients',
        kind: 'gauge',
        values: one(() => this.#open),
      },
      {
        name: 'bulkhead_proxy_routes',
        help: 'Routes',
        kind: 'gauge',
        values: one(() => this.#routes.size),
      },
    ]
  }
}

/** How often each was counted, by its name. */
class Counts<Key extends string | number> {
  readonly #counts = new Map<Key, number>()

  add(key: Key): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  below(this: Counts<number>, limit: number): number {
    let sum = 0
    for (const [key, count] of this.#counts) if (key < limit) sum += count
    return sum
  }

  *[Symbol.iterator](): Iterator<readonly [string, number]> {
    for (const [key, count] of this.#counts) yield [String(key).replaceAll(' ', '_'), count]
  }
}
