import { setTimeout as delay } from 'node:timers/promises'

import { Agent, request } from 'undici'

import { backoff } from '#core/base/backoff.ts'
import { ListedRoutes } from '#core/contract/proxy-api.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProxyControl, ProxyRoute } from '#core/domain/proxy/proxy-control.ts'

const DEADLINE_MS = 5000
/** A proxy that is being restarted is back within this time. */
const PATIENCE_MS = 10_000
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 500

/** Where orders go. */
interface Place {
  readonly origin: string
  readonly agent: Agent
  readonly token: string
}

/** A proxy that is spoken to by configurable-http-proxy's REST API: the hub's own, over its unix socket, until it is told another one. */
export class ProxyApi implements ProxyControl, AsyncDisposable {
  #place: Place

  constructor({ apiSocket, token }: { readonly apiSocket: string; readonly token: string }) {
    const agent = new Agent({ connect: { socketPath: apiSocket }, connections: 4 })
    this.#place = { origin: 'http://proxy', agent, token }
  }

  pointTo({ apiUrl, token }: { readonly apiUrl: string; readonly token: string | null }): void {
    const { agent } = this.#place
    const origin = apiUrl.replace(/\/(?:api\/routes\/?)?$/, '')
    this.#place = {
      origin,
      agent: new Agent({ connections: 4 }),
      token: token ?? this.#place.token,
    }
    // Orders that are on their way are finished; nothing new goes there.
    agent.close().catch(() => undefined)
  }

  async routes(): Promise<readonly ProxyRoute[]> {
    const text = await this.ask('GET', routePath(''), { fine: [200] })
    return Object.entries(ListedRoutes.parse(JSON.parse(text))).map(
      ([path, { target, ...data }]) => ({
        // The proxy names routes without the slash at the end.
        prefix: path.endsWith('/') ? path : `${path}/`,
        target,
        data,
      }),
    )
  }

  /** @throws HubError `unavailable` */
  async ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { body, fine }: Asked,
  ): Promise<string> {
    try {
      const { status, text } = await patiently(async () => {
        const { origin, agent, token } = this.#place
        const answer = await request(`${origin}${path}`, {
          dispatcher: agent,
          method,
          headers: { authorization: `token ${token}` },
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#place.agent.close()
  }
}

export const routePath = (prefix: string) => `/api/routes${prefix}`

interface Asked {
  readonly body?: string
  /** Statuses that mean that it was done. */
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
