import { RouteBody } from '#core/contract/proxy-api.ts'
import type { ServiceRoute, ServiceRoutes } from '#core/domain/services/service-routes.ts'

import { type ProxyApi, routePath } from './proxy-api.ts'
import { hasPolicy, type PolicySettings, policyOf } from './route-policy.ts'

/** Services are the operator's own, and many set their cookies for `/`, as JupyterHub's examples do: they are to go on working. */
const NARROW = { narrow: true }

/** Routes to services, at a proxy that is spoken to by its REST API. */
export class HttpServiceRoutes implements ServiceRoutes {
  readonly #proxy: ProxyApi
  readonly #settings: PolicySettings

  constructor(proxy: ProxyApi, settings: PolicySettings) {
    this.#proxy = proxy
    this.#settings = settings
  }

  async addService({ prefix, url, address, service, clientId }: ServiceRoute): Promise<void> {
    const body = {
      target: url,
      ...(address !== null && { address }),
      service,
      jupyterhub: true,
      policy: policyOf(clientId, this.#settings, NARROW),
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
      const to = { url: target, address: typeof address === 'string' ? address : null }
      const clientId = this.#clientIn(data['policy'])
      return [{ prefix, ...to, service, clientId }]
    })
  }

  /** '' where the policy is another one than is wanted today: then the route is none that is wanted, and is made anew. */
  #clientIn(policy: unknown): string {
    const { success, data } = RouteBody.shape.policy.safeParse(policy)
    if (!success || !data) return ''
    return hasPolicy(policy, policyOf(data.cookie, this.#settings, NARROW)) ? data.cookie : ''
  }
}
