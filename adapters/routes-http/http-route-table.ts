import { unixUrl } from '#core/base/unix-socket.ts'
import { Closed, ListedRoutes } from '#core/contract/proxy-api.ts'
import type {
  ConnectionsToClose,
  ListedRoute,
  Route,
  RouteTable,
} from '#core/domain/servers/route-table.ts'
import { clientIdOf, type ServerAddress } from '#core/domain/servers/server.ts'

import { prefixFrom, type ProxyApi, routePath } from './proxy-api.ts'
import { hasPolicy, type PolicySettings, policyOf } from './route-policy.ts'

const CANNOT_CLOSE =
  'The proxy cannot close connections: a websocket that is open when somebody’s access ends stays open until its page is closed or its server stops. (The hub’s own proxy can.)'

/** Routes to servers, at a proxy that is spoken to by its REST API. */
export class HttpRouteTable implements RouteTable {
  readonly #proxy: ProxyApi
  readonly #settings: PolicySettings
  readonly #say: (message: string) => void
  #saidSo = false

  /** @param say is told once what the proxy cannot do */
  constructor(proxy: ProxyApi, settings: PolicySettings, say: (message: string) => void) {
    this.#proxy = proxy
    this.#settings = settings
    this.#say = say
  }

  async add({ prefix, target, user, serverName }: Route): Promise<void> {
    const body = {
      target:
        target.kind === 'unix' ? unixUrl(target.path) : `http://${target.host}:${target.port}`,
      ...(target.kind === 'unix' && { socket_owner: target.owner }),
      user,
      server_name: serverName,
      jupyterhub: true,
      policy: policyOf(clientIdOf({ user, name: serverName }), this.#settings),
    }
    await this.#proxy.ask('POST', routePath(prefix), { body: JSON.stringify(body), fine: [201] })
  }

  async remove(prefix: string): Promise<void> {
    await this.#proxy.ask('DELETE', routePath(prefix), { fine: [204, 404] })
  }

  async closeConnections(which: ConnectionsToClose): Promise<number> {
    const asked = { body: JSON.stringify(which), fine: [200, 404] }
    const { status, text } = await this.#proxy.tell('POST', '/api/connections/close', asked)
    if (status === 200) return Closed.parse(JSON.parse(text)).closed
    // configurable-http-proxy knows no such order.
    if (!this.#saidSo) this.#say(CANNOT_CLOSE)
    this.#saidSo = true
    return 0
  }

  async list(): Promise<readonly ListedRoute[]> {
    const routes = ListedRoutes.parse(
      JSON.parse(await this.#proxy.ask('GET', routePath(''), { fine: [200] })),
    )
    return Object.entries(routes).flatMap(
      ([path, { target, socket_owner, user, server_name, jupyterhub, last_use, policy }]) => {
        const address = readAddress(target, socket_owner)
        if (jupyterhub !== true || user === undefined || server_name === undefined || !address)
          return []
        const lastUse = last_use === undefined ? undefined : new Date(last_use)
        const wanted = policyOf(clientIdOf({ user, name: server_name }), this.#settings)
        const route = { prefix: prefixFrom(path), target: address, user, serverName: server_name }
        return [{ ...route, lastUse, ...(!hasPolicy(policy, wanted) && { stale: true }) }]
      },
    )
  }
}

function readAddress(target: string, owner: number | undefined): ServerAddress | undefined {
  const path = /^http\+unix:\/\/([^/]+)/.exec(target)?.[1]
  if (path !== undefined)
    return owner === undefined ? undefined : { kind: 'unix', path: decodeURIComponent(path), owner }
  const url = URL.parse(target)
  return url ? { kind: 'tcp', host: url.hostname, port: Number(url.port) } : undefined
}
