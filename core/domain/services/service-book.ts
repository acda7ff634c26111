import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import { pin, type Resolver } from './outside-url.ts'
import type { ServiceStore } from './service-store.ts'
import { requireToken, type ServiceTokens } from './service-tokens.ts'
import type { Service } from './service.ts'

export interface ServiceBookDeps {
  /** Those of the configuration, as it is at the moment. */
  readonly configured: () => readonly Service[]
  readonly store: ServiceStore
  readonly tokens: ServiceTokens
  readonly resolver: Resolver
  /** Addresses and ranges outside the public network that services made by the API may have. */
  readonly allowed: () => readonly string[]
  /** Called after each change by the API. */
  readonly changed: () => Promise<void>
  readonly clock: Clock
}

/** A token that a service was made with. */
const GIVEN = 'given when it was made'

/** Which services there are: those of the configuration, which nobody changes here, and those that were made by the API. */
export class ServiceBook {
  readonly #deps: ServiceBookDeps

  constructor(deps: ServiceBookDeps) {
    this.#deps = deps
  }

  /** By name. One of the configuration takes the place of one of the same name. */
  async list(): Promise<readonly Service[]> {
    const configured = this.#deps.configured()
    const names = new Set(configured.map(({ name }) => name))
    const made = (await this.#deps.store.list()).filter(({ name }) => !names.has(name))
    return [...configured, ...made].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  async find(name: string): Promise<Service | undefined> {
    return (
      this.#deps.configured().find((service) => service.name === name) ??
      (await this.#deps.store.find(name))
    )
  }

  /** @throws HubError `not_found` */
  async get(name: string): Promise<Service> {
    const service = await this.find(name)
    if (!service) throw new HubError('not_found', 'there is no such service')
    return service
  }

  async findByClient(clientId: string): Promise<Service | undefined> {
    const found = this.#deps.configured().find((service) => service.clientId === clientId)
    return found ?? (await this.list()).find((service) => service.clientId === clientId)
  }

  /** @throws HubError `already_exists`, `invalid` for an address that it may not have or a token that is none */
  async add(service: Service, apiToken: string | null): Promise<void> {
    const { store, tokens, resolver, allowed, changed, clock } = this.#deps
    if (await this.find(service.name))
      throw new HubError('already_exists', `there is a service ${service.name} already`)
    if (await this.findByClient(service.clientId))
      throw new HubError('already_exists', `another service is the client ${service.clientId}`)
    if (service.url !== null) await pin(service.url, { resolver, allowed: allowed() })
    if (apiToken !== null) requireToken(apiToken)
    await store.add(service, clock.now())
    try {
      // What is left of an earlier one of the same name is not the new one's.
      await tokens.forget(service)
      if (apiToken !== null) await tokens.keep(service.name, apiToken, GIVEN)
    } catch (error) {
      await store.remove(service.name)
      throw error
    }
    await changed()
  }

  /** @throws HubError `not_found`, `not_allowed` for one of the configuration */
  async remove(name: string): Promise<void> {
    const service = await this.get(name)
    if (service.from === 'config')
      throw new HubError(
        'not_allowed',
        `the service ${name} stands in the configuration; it can be changed there alone`,
      )
    await this.#deps.tokens.forget(service)
    await this.#deps.store.remove(name)
    await this.#deps.changed()
  }

  /** A further token of the service's; shown once. @throws HubError `not_found` */
  async makeToken(name: string, note: string): Promise<string> {
    const service = await this.get(name)
    return this.#deps.tokens.make(service.name, note)
  }
}
