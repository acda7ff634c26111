import type { RequestListener } from 'node:http'

import type { Registry } from 'prom-client'

import { type ApiAnswer, answerWith } from './api-answer.ts'

/** What the REST API counts. */
export interface ApiMeter {
  api(status: number): void
  routesListed(): void
  routeAdded(): void
  routeDeleted(): void
}

/** The numbers in the text form of Prometheus. */
export interface ShownMetrics {
  shown(): Promise<ApiAnswer>
}

interface Family {
  readonly name: string
  readonly help: string
  readonly label?: string
  /** By the value of the label; without one, under ''. */
  readonly values: () => Iterable<readonly [string, number]>
}

/**
 * The proxy in numbers, under configurable-http-proxy's names. Counting is adding to a number; Prometheus' library is loaded, and
 * filled, when somebody asks for the first time.
 */
export class ProxyMetrics implements ApiMeter, ShownMetrics {
  readonly #api = new Map<number, number>()
  #listed = 0
  #added = 0
  #deleted = 0
  #registry: Promise<Registry> | undefined

  api(status: number): void {
    this.#api.set(status, (this.#api.get(status) ?? 0) + 1)
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
    this.#registry ??= registryOf(this.#families())
    const registry = await this.#registry
    return { status: 200, type: registry.contentType, text: await registry.metrics() }
  }

  /** `GET /metrics`, for a port of its own. */
  listener(): RequestListener {
    return (request, response) => {
      const said = request.url === '/metrics' ? this.shown() : { status: 404, text: 'Not Found' }
      void Promise.resolve(said).then((answer) => answerWith(response, answer))
    }
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
        name: 'requests_api',
        help: 'Requests to the API',
        label: 'status',
        values: () => byStatus(this.#api),
      },
    ]
  }
}

function byStatus(counts: ReadonlyMap<number, number>): readonly (readonly [string, number])[] {
  return [...counts].map(([status, count]) => [String(status), count])
}

async function registryOf(families: readonly Family[]): Promise<Registry> {
  const { collectDefaultMetrics, Counter, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const { name, help, label, values } of families) {
    const counter: InstanceType<typeof Counter> = new Counter({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect: () => {
        counter.reset()
        for (const [value, count] of values())
          counter.inc(label === undefined ? {} : { [label]: value }, count)
      },
    })
  }
  return registry
}
