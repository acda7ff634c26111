import { Agent, request } from 'undici'
import * as z from 'zod'

import { unixUrl } from '#core/base/unix-socket.ts'
import { ListedRoutes } from '#core/contract/proxy-api.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Route, RouteTable } from '#core/domain/servers/route-table.ts'
import type { ServerAddress } from '#core/domain/servers/server.ts'

const DEADLINE_MS = 5000

/** The routes of a proxy that is spoken to by its REST API, over its unix socket. */
export class HttpRouteTable implements RouteTable, AsyncDisposable {
  readonly #agent: Agent
  readonly #token: string

  constructor({ apiSocket, token }: { readonly apiSocket: string; readonly token: string }) {
    this.#agent = new Agent({ connect: { socketPath: apiSocket }, connections: 4 })
    this.#token = token
  }

  async add({ prefix, target, user, serverName }: Route): Promise<void> {
    const body = {
      target:
        target.kind === 'unix' ? unixUrl(target.path) : `http://${target.host}:${target.port}`,
      ...(target.kind === 'unix' && { socket_owner: target.owner }),
      user,
      server_name: serverName,
      jupyterhub: true,
    }
    await this.#ask('POST', prefix, { body: JSON.stringify(body), fine: [201] })
  }

  async remove(prefix: string): Promise<void> {
    await this.#ask('DELETE', prefix, { fine: [204, 404] })
  }

  async list(): Promise<readonly Route[]> {
    const routes = ListedRoutes.parse(JSON.parse(await this.#ask('GET', '', { fine: [200] })))
    return Object.entries(routes).flatMap(
      ([path, { target, socket_owner, user, server_name, jupyterhub }]) => {
        const address = readAddress(target, socket_owner)
        if (jupyterhub !== true || user === undefined || server_name === undefined || !address)
          return []
        // The proxy names routes without the slash at the end.
        return [{ prefix: `${path}/`, target: address, user, serverName: server_name }]
      },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close()
  }

  async #ask(
    method: 'GET' | 'POST' | 'DELETE',
    prefix: string,
    { body, fine }: { readonly body?: string; readonly fine: readonly number[] },
  ): Promise<string> {
    try {
      const answer = await request(`http://proxy/api/routes${prefix}`, {
        dispatcher: this.#agent,
        method,
        headers: { authorization: `token ${this.#token}` },
        body: body ?? null,
        signal: AbortSignal.timeout(DEADLINE_MS),
      })
      const text = await answer.body.text()
      if (fine.includes(answer.statusCode)) return text
      throw new Error(`it answered ${answer.statusCode} to ${method} ${prefix}`)
    } catch (cause) {
      throw new HubError(
        'unavailable',
        `The proxy does not take routes at the moment: ${z.instanceof(Error).parse(cause).message}`,
        { cause },
      )
    }
  }
}

function readAddress(target: string, owner: number | undefined): ServerAddress | undefined {
  const path = /^http\+unix:\/\/([^/]+)/.exec(target)?.[1]
  if (path !== undefined)
    return owner === undefined ? undefined : { kind: 'unix', path: decodeURIComponent(path), owner }
  const url = URL.parse(target)
  return url ? { kind: 'tcp', host: url.hostname, port: Number(url.port) } : undefined
}
