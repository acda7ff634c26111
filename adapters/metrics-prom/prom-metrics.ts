import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

import type { Clock } from '#core/base/clock.ts'
import type { ServerEvents } from '#core/domain/servers/server-life.ts'
import type { CountStore } from '#core/domain/usage/count-store.ts'

import { buckets } from './buckets.ts'

const DAY_MS = 86_400_000
const PERIODS = { '24h': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS } as const
/** How often the event loop is looked at (JupyterHub's interval). */
const LOOP_MS = 50

/** One request that was answered; `route` is its pattern, so that no name becomes a label. */
export interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly ms: number
}

/** The hub in numbers, under the names that JupyterHub gives them: what watches one watches the other. */
export class PromMetrics {
  readonly #registry = new Registry()
  readonly #clock: Clock
  readonly #counts: CountStore
  readonly #people = this.#gauge('total_users', 'People')
  readonly #running = this.#gauge('running_servers', 'Servers that are ready')
  readonly #active = this.#gauge('active_users', 'People who were active within the period', [
    'period',
  ])
  readonly #requests = this.#histogram('request_duration_seconds', 'Time to answer a request', [
    'method',
    'handler',
    'code',
  ])
  readonly #spawns = this.#histogram(
    'server_spawn_duration_seconds',
    'Time that servers took to start, from their turn on',
    ['status', 'reason'],
    buckets.spawn,
  )
  readonly #stops = this.#histogram('server_stop_seconds', 'Time that servers took to stop', [
    'status',
  ])
  readonly #polls = this.#histogram(
    'server_poll_duration_seconds',
    'Time to find out whether a server runs',
    ['status'],
  )
  readonly #routesChecked = this.#histogram(
    'check_routes_duration_seconds',
    'Time to compare servers and routes with what they should be',
  )
  readonly #routesListed = this.#histogram(
    'proxy_poll_duration_seconds',
    'Time that the proxy took to list its routes',
  )
  readonly #routesAdded = this.#histogram(
    'proxy_add_duration_seconds',
    'Time that the proxy took to add a route',
    ['status'],
  )
  readonly #routesDeleted = this.#histogram(
    'proxy_delete_duration_seconds',
    'Time that the proxy took to delete a route',
    ['status'],
  )
  readonly #signIns = this.#histogram('login_duration_seconds', 'Time that signing in took', [
    'status',
  ])
  readonly #signOuts = this.#histogram('logout_duration_seconds', 'Time that signing out took')
  readonly #startUp = this.#histogram(
    'hub_startup_duration_seconds',
    'Time that the hub took to start',
  )
  readonly #serversFound = this.#histogram(
    'init_spawners_duration_seconds',
    'Time that the hub took, at its start, to find the servers that run',
  )
  readonly #loop = this.#histogram(
    'event_loop_interval_seconds',
    'Time between two rounds of the event loop that should be 50 ms apart',
    [],
    buckets.eventLoop,
  )
  readonly #policyReports: Counter

  constructor({ counts, clock }: { readonly counts: CountStore; readonly clock: Clock }) {
    this.#clock = clock
    this.#counts = counts
    const registers = [this.#registry]
    this.#policyReports = new Counter({
      name: 'jupyterhub_csp_reports_total',
      help: 'Reports of browsers that a page broke its content policy',
      registers,
    })
    collectDefaultMetrics({ register: this.#registry })
    for (const status of ['success', 'failure', 'error']) this.#spawns.labels(status, '')
    for (const one of [this.#stops, this.#routesAdded, this.#routesDeleted, this.#signIns])
      for (const status of ['success', 'failure']) one.labels(status)
    for (const status of ['running', 'stopped']) this.#polls.labels(status)
  }

  /** What the hub does with servers. */
  readonly servers: ServerEvents = {
    started: (_server, tookMs) => this.#spawns.labels('success', '').observe(tookMs / 1000),
    failed: (server) => {
      if (server.state === 'spawning')
        this.#spawns.labels('failure', '').observe(this.#secondsSince(server.stateSince))
    },
    stopped: (server) =>
      this.#stops.labels('success').observe(this.#secondsSince(server.stateSince)),
    orphanStopped: () => undefined,
    troubled: () => undefined,
  }

  answered({ method, route, status, ms }: AnsweredRequest): void {
    const seconds = ms / 1000
    this.#requests.labels(method, route, String(status)).observe(seconds)
    if (route === '/hub/login' && method === 'POST')
      this.#signIns.labels(status < 400 ? 'success' : 'failure').observe(seconds)
    if (route === '/hub/logout') this.#signOuts.observe(seconds)
    if (route === '/hub/security/csp-report') this.#policyReports.inc()
  }

  routesChecked(ms: number): void {
    this.#routesChecked.observe(ms / 1000)
  }

  started({ upMs, foundMs }: { readonly upMs: number; readonly foundMs: number }): void {
    this.#startUp.observe(upMs / 1000)
    this.#serversFound.observe(foundMs / 1000)
  }

  /** Measures each call of the proxy, whichever way it goes. */
  ofRoutes<Result>(which: 'add' | 'delete' | 'poll', call: () => Promise<Result>): Promise<Result> {
    if (which === 'poll') return this.#timed(call, (seconds) => this.#routesListed.observe(seconds))
    const histogram = which === 'add' ? this.#routesAdded : this.#routesDeleted
    return this.#timed(call, (seconds, status) => histogram.labels(status).observe(seconds))
  }

  /** Measures how long it takes to find out whether a server runs. */
  async ofPoll<Result extends { readonly is: 'running' | 'gone' }>(
    call: () => Promise<Result>,
  ): Promise<Result> {
    const began = performance.now()
    const found = await call()
    const status = found.is === 'running' ? 'running' : 'stopped'
    this.#polls.labels(status).observe((performance.now() - began) / 1000)
    return found
  }

  /** Watches the event loop until `end` aborts. */
  watchLoop(end: AbortSignal): void {
    let last = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      this.#loop.observe((now - last) / 1000)
      last = now
    }, LOOP_MS)
    timer.unref()
    end.addEventListener('abort', () => clearInterval(timer), { once: true })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All of it, in the text form of Prometheus. */
  async text(): Promise<string> {
    await this.#count()
    return this.#registry.metrics()
  }

  /** Before all else is written down, so that what is counted is as of now. */
  async #count(): Promise<void> {
    const now = this.#clock.now().getTime()
    const since = Object.values(PERIODS).map((ms) => new Date(now - ms))
    const { people, servers, active } = await this.#counts.count(since)
    this.#people.set(people)
    this.#running.set(servers)
    for (const [index, period] of Object.keys(PERIODS).entries())
      this.#active.labels(period).set(active[index] ?? 0)
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({
      name: `jupyterhub_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    })
  }

  #secondsSince(time: Date): number {
    return Math.max(0, this.#clock.now().getTime() - time.getTime()) / 1000
  }

  async #timed<Result>(
    call: () => Promise<Result>,
    observe: (seconds: number, status: 'success' | 'failure') => void,
  ): Promise<Result> {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    try {
      const result = await call()
      observe(seconds(), 'success')
      return result
    } catch (error) {
      observe(seconds(), 'failure')
      throw error
    }
  }

  #histogram(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
    bounds: readonly number[] = buckets.usual,
  ): Histogram {
    return new Histogram({
      name: `jupyterhub_${name}`,
      help,
      labelNames: [...labelNames],
      buckets: [...bounds],
      registers: [this.#registry],
    })
  }
}
