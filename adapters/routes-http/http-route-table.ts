import { setTimeout as delay } from 'node:timers/promises'

import { Agent, request } from 'undici'

import { backoff } from '#core/base/backoff.ts'
import { unixUrl } from '#core/base/unix-socket.ts'
import { Closed, ListedRoutes } from '#core/contract/proxy-api.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ConnectionsToClose, Route, RouteTable } from '#core/domain/servers/route-table.ts'
import type { ServerAddress } from '#core/domain/servers/server.ts'

const DEADLINE_MS = 5000
/** A proxy that is being restarted is back within this time. */
const PATIENCE_MS = 10_000
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 500

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
    await this.#ask('POST', routePath(prefix), { body: JSON.stringify(body), fine: [201] })
  }

  async remove(prefix: string): Promise<void> {
    await this.#ask('DELETE', routePath(prefix), { fine: [204, 404] })
  }

  async closeConnections(which: ConnectionsToClose): Promise<number> {
    const asked = { body: JSON.stringify(which), fine: [200] }
    const answer = await this.#ask('POST', '/api/connections/close', asked)
    return Closed.parse(JSON.parse(answer)).closed
  }

  async list(): Promise<readonly Route[]> {
    const routes = ListedRoutes.parse(
      JSON.parse(await this.#ask('GET', routePath(''), { fine: [200] })),
    )
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
    path: string,
    { body, fine }: Asked,
  ): Promise<string> {
    try {
      const { status, text } = await patiently(async () => {
        const answer = await request(`http://proxy${path}`, {
          dispatcher: this.#agent,
          method,
          headers: { authorization: `token ${this.#token}` },
          body: body ?? null,
          signal: AbortSignal.timeout(DEADLINE_MS),
        })
        return { status: answer.statusCode, text: await answer.body.text() }
      })
      if (fine.includes(status)) return text
      throw new Error(`it answered ${status} to ${method} ${path}`)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new HubError('unavailable', `The proxy does not take orders at the moment: ${why}`, {
        cause,
      })
    }
  }
}

const routePath = (prefix: string) => `/api/routes${prefix}`

interface Asked {
  readonly body?: string
  readonly fine: readonly number[]
}

/** Tries again while nobody listens: every call here may be repeated. */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS
  const waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!isAbsent(error) || Date.now() > deadline) throw error
    }
    await delay(waits.next().value)
  }
}

function isAbsent(error: unknown): boolean {
  const codes = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET']
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

function readAddress(target: string, owner: number | undefined): ServerAddress | undefined {
  const path = /^http\+unix:\/\/([^/]+)/.exec(target)?.[1]
  if (path !== undefined)
    return owner === undefined ? undefined : { kind: 'unix', path: decodeURIComponent(path), owner }
  const url = URL.parse(target)
  return url ? { kind: 'tcp', host: url.hostname, port: Number(url.port) } : undefined
}
