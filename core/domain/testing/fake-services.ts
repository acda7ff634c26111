import { HubError } from '../errors.ts'
import type { Resolver } from '../services/outside-url.ts'
import type { ServiceProbe, ServiceProcess, ServiceRunner } from '../services/service-life.ts'
import type { ServiceRoute, ServiceRoutes } from '../services/service-routes.ts'
import type { ServiceStore } from '../services/service-store.ts'
import type { Service } from '../services/service.ts'

/** A service of the configuration, as most tests need it. */
export function serviceOf(name: string, rest: Partial<Service> = {}): Service {
  return {
    name,
    url: `http://127.0.0.1:9/`,
    command: [],
    environment: {},
    cwd: '',
    display: true,
    info: {},
    admin: false,
    clientId: `service-${name}`,
    redirectUri: `/services/${name}/oauth_callback`,
    noConfirm: false,
    allowedScopes: [],
    from: 'config',
    ...rest,
  }
}

export class FakeServiceStore implements ServiceStore {
  readonly #services = new Map<string, Service>()

  async list(): Promise<readonly Service[]> {
    return [...this.#services.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  async find(name: string): Promise<Service | undefined> {
    return this.#services.get(name)
  }

  async add(service: Service): Promise<void> {
    if (this.#services.has(service.name))
      throw new HubError('already_exists', 'that is there already')
    this.#services.set(service.name, service)
  }

  async remove(name: string): Promise<boolean> {
    return this.#services.delete(name)
  }
}

export class FakeServiceRoutes implements ServiceRoutes {
  readonly routes = new Map<string, ServiceRoute>()

  async addService(route: ServiceRoute): Promise<void> {
    this.routes.set(route.prefix, route)
  }

  async remove(prefix: string): Promise<void> {
    this.routes.delete(prefix)
  }

  async listServices(): Promise<readonly ServiceRoute[]> {
    return [...this.routes.values()]
  }
}

/** Processes that end when they are told to. */
export class FakeServiceRunner implements ServiceRunner {
  readonly running = new Map<
    number,
    { readonly service: string; readonly end: (how: string) => void }
  >()
  /** Names of services whose command cannot be started. */
  readonly broken = new Set<string>()
  starts = 0

  async start({ name }: Service): Promise<ServiceProcess> {
    if (this.broken.has(name)) throw new Error('there is no such program')
    const pid = ++this.starts
    const { promise, resolve } = Promise.withResolvers<string>()
    const end = (how: string) => {
      this.running.delete(pid)
      resolve(how)
    }
    this.running.set(pid, { service: name, end })
    return { pid, ended: promise, stop: async () => end('was ended') }
  }
}

/** Answers by address: a status, or a reason why there is none. */
export class FakeServiceProbe implements ServiceProbe {
  readonly answers = new Map<string, number | string>()
  readonly asked: (readonly [string, string | null])[] = []

  async ask(url: string, address: string | null): Promise<number> {
    this.asked.push([url, address])
    const answer = this.answers.get(url) ?? 200
    if (typeof answer === 'string') throw new Error(answer)
    return answer
  }
}

export class FakeResolver implements Resolver {
  readonly names = new Map<string, readonly string[]>()

  async resolve(host: string): Promise<readonly string[]> {
    return this.names.get(host) ?? []
  }
}
