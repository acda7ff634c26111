import type { ServiceRoute, ServiceRoutes } from '#core/domain/services/service-routes.ts'

import { type ProxyApi, routePath } from './proxy-api.ts'

/** Routes to services, at a proxy that is spoken to by its REST API. */
export class HttpServiceRoutes implements ServiceRoutes {
  readonly #proxy: ProxyApi

  constructor(proxy: ProxyApi) {
    this.#proxy = proxy
  }

  async addService({ prefix, url, address, service }: ServiceRoute): Promise<void> {
    const body = {
      target: url,
      ...(address !== null && { address }),
      service,
      jupyterhub: true,
    }
    await this.#proxy.ask('POST', routePath(prefix), { body: JSON.stringify(body), fine: [201] })
  }

  async remove(prefix: string): Promise<void> {
    await this.#proxy.ask('DELETE', routePath(prefix), { fine: [204, 404] })
  }

  async listServices(): Promise<readonly ServiceRoute[]> {
    return (await this.#proxy.routes()).flatMap(({ prefix, target, data }) => {
      const { service, address = null, jupyterhub } = data
      if (jupyterhub !== true || typeof service !== 'string') return []
      return [
        { prefix, url: target, address: typeof address === 'string' ? address : null, service },
      ]
    })
  }
}
