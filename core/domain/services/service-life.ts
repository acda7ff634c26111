import { backoff } from '#core/base/backoff.ts'
import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import { pin, type Resolver } from './outside-url.ts'
import type { ServiceRoute, ServiceRoutes } from './service-routes.ts'
import { type Service, servicePrefixOf } from './service.ts'

/** A process that has lived so long has started well: the waits before the next start begin anew. */
const SETTLED_MS = 60_000
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000

/** A process of a service. */
export interface ServiceProcess {
  readonly pid: number
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>
  /** Asks it to end, and makes it after a while. Resolves when it is gone. */
  stop(): Promise<void>
}

/** Runs the commands of services, as the hub's own account. */
export interface ServiceRunner {
  /** @throws Error when the command cannot be started */
  start(service: Service): Promise<ServiceProcess>
}

/** Asks a service whether it is there. */
export interface ServiceProbe {
  /** `address`: to be connected to instead of what the url's name resolves to. Answers the status. @throws Error when nothing answers */
  ask(url: string, address: string | null): Promise<number>
}

/** How a service is, as far as the hub knows. */
export interface ServiceCondition {
  readonly is: 'up' | 'down' | 'unknown'
  readonly since: Date | null
  /** In words, when it is not up. */
  readonly detail: string
  /** Of a service that the hub runs. */
  readonly pid: number | null
}

export interface ServiceEvents {
  started(service: string, pid: number): void
  ended(service: string, how: string, waitMs: number): void
  up(service: string): void
  down(service: string, why: string): void
  troubled(doing: string, error: unknown): void
}

export interface ServiceLifeDeps {
  readonly services: () => Promise<readonly Service[]>
  readonly runner: ServiceRunner
  readonly probe: ServiceProbe
  readonly routes: ServiceRoutes
  readonly resolver: Resolver
  readonly allowed: () => readonly string[]
  readonly events: ServiceEvents
  readonly clock: Clock
}

interface Kept {
  readonly definition: string
  readonly end: AbortController
  readonly over: Promise<void>
  process: ServiceProcess | undefined
}

const UNKNOWN: ServiceCondition = { is: 'unknown', since: null, detail: '', pid: null }

/**
 * Makes what is match the services that there are: routes to those that serve pages, processes of those that the hub runs; and
 * knows which of them answer.
 */
export class ServiceLife {
  readonly #deps: ServiceLifeDeps
  readonly #kept = new Map<string, Kept>()
  readonly #conditions = new Map<string, ServiceCondition>()
  /** One after the other, so that an older list of services never wins over a newer one. */
  #turn: Promise<void> = Promise.resolve()
  #ending = false

  constructor(deps: ServiceLifeDeps) {
    this.#deps = deps
  }

  conditionOf(name: string): ServiceCondition {
    const pid = this.#kept.get(name)?.process?.pid ?? null
    return { ...(this.#conditions.get(name) ?? UNKNOWN), pid }
  }

  /** Starts and ends processes, and mends routes. */
  reconcile(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#once())
    return this.#turn
  }

  /** Asks every service whether it answers. */
  async check(): Promise<void> {
    await this.#attempt('asking the services whether they answer', async () => {
      const all = await this.#deps.services()
      await Promise.all(all.map((service) => this.#check(service)))
      const names = new Set(all.map(({ name }) => name))
      for (const name of this.#conditions.keys())
        if (!names.has(name)) this.#conditions.delete(name)
    })
  }

  /** Ends all that the hub runs. */
  async end(): Promise<void> {
    this.#ending = true
    await this.#turn
    await Promise.all([...this.#kept.keys()].map((name) => this.#release(name)))
  }

  async #once(): Promise<void> {
    if (this.#ending) return
    await this.#attempt('looking after the services', async () => {
      const all = await this.#deps.services()
      await this.#keepRunning(all.filter(({ command }) => command.length > 0))
      await this.#mendRoutes(all)
    })
  }

  async #keepRunning(wanted: readonly Service[]): Promise<void> {
    const definitions = new Map(wanted.map((service) => [service.name, JSON.stringify(service)]))
    for (const [name, { definition }] of this.#kept)
      if (definitions.get(name) !== definition) await this.#release(name)
    for (const service of wanted) if (!this.#kept.has(service.name)) this.#keep(service)
  }

  #keep(service: Service): void {
    const end = new AbortController()
    const kept: Kept = {
      definition: JSON.stringify(service),
      end,
      process: undefined,
      over: Promise.resolve().then(() => this.#run(service, end.signal)),
    }
    this.#kept.set(service.name, kept)
  }

  /** Starts it, and again when it ends, with growing waits, until it is no more wanted. */
  async #run(service: Service, end: AbortSignal): Promise<void> {
    const { runner, events, clock } = this.#deps
    let waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
    while (!end.aborted) {
      const begun = clock.now().getTime()
      let how = ''
      try {
        const process = await runner.start(service)
        this.#note(service.name, process)
        if (end.aborted) await process.stop()
        else events.started(service.name, process.pid)
        how = await process.ended
      } catch (error) {
        how = error instanceof Error ? error.message : String(error)
      }
      this.#note(service.name, undefined)
      if (end.aborted) return
      if (clock.now().getTime() - begun > SETTLED_MS)
        waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
      const wait = waits.next().value
      events.ended(service.name, how, wait)
      if (service.url === null) this.#set(service.name, 'down', how)
      await clock.sleep(wait, end).catch(() => undefined)
    }
  }

  #note(name: string, process: ServiceProcess | undefined): void {
    const kept = this.#kept.get(name)
    if (kept) kept.process = process
  }

  async #release(name: string): Promise<void> {
    const kept = this.#kept.get(name)
    if (!kept) return
    kept.end.abort(new Error('it is not wanted any more'))
    await kept.process?.stop()
    await kept.over
    this.#kept.delete(name)
  }

  async #mendRoutes(all: readonly Service[]): Promise<void> {
    const { routes } = this.#deps
    const wanted = new Map<string, ServiceRoute>()
    for (const service of all) {
      const route = await this.#routeOf(service)
      if (route) wanted.set(route.prefix, route)
    }
    const there = await routes.listServices()
    for (const { prefix } of there) if (!wanted.has(prefix)) await routes.remove(prefix)
    for (const route of wanted.values()) {
      const same = there.some((other) => JSON.stringify(other) === JSON.stringify(route))
      if (!same) await routes.addService(route)
    }
  }

  /** What the API gave is connected to under the address that was looked at, and nowhere when that is not to be gone to. */
  async #routeOf(service: Service): Promise<ServiceRoute | undefined> {
    const { resolver, allowed } = this.#deps
    const { name, url, from, clientId } = service
    if (url === null) return undefined
    const prefix = servicePrefixOf(service)
    if (from === 'config') return { prefix, url, address: null, service: name, clientId }
    try {
      const { address } = await pin(url, { resolver, allowed: allowed() })
      return { prefix, url, address, service: name, clientId }
    } catch (error) {
      this.#set(name, 'down', error instanceof HubError ? error.message : String(error))
      return undefined
    }
  }

  async #check(service: Service): Promise<void> {
    const { probe, resolver, allowed } = this.#deps
    const { name, url, from } = service
    if (url === null) {
      if (this.#kept.get(name)?.process) this.#set(name, 'up', '')
      return
    }
    try {
      const address =
        from === 'config' ? null : (await pin(url, { resolver, allowed: allowed() })).address
      const status = await probe.ask(url, address)
      if (status < 500) this.#set(name, 'up', '')
      else this.#set(name, 'down', `it answers ${status}`)
    } catch (error) {
      this.#set(name, 'down', error instanceof Error ? error.message : String(error))
    }
  }

  #set(name: string, is: 'up' | 'down', detail: string): void {
    const { clock, events } = this.#deps
    const before = this.#conditions.get(name)
    const since = before?.is === is ? before.since : clock.now()
    this.#conditions.set(name, { is, since, detail, pid: null })
    if (before?.is === is) return
    if (is === 'down') events.down(name, detail)
    else if (before) events.up(name)
  }

  async #attempt(doing: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#deps.events.troubled(doing, error)
    }
  }
}
