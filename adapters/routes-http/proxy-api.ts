import { Agent, type RequestOptions, request } from 'node:http'
import { Agent as SecureAgent, request as requestSecurely } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

import { backoff } from '#core/base/backoff.ts'
import { ListedRoutes } from '#core/contract/proxy-api.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProxyControl, ProxyRoute } from '#core/domain/proxy/proxy-control.ts'
import { quote } from '#core/domain/servers/server.ts'

const DEADLINE_MS = 5000
/** A proxy that is being restarted is back within this time. */
const PATIENCE_MS = 10_000
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 500

/** Connections are kept for the next orders. */
const KEPT = { keepAlive: true, maxSockets: 4, timeout: 30_000 }

/** Where orders go. */
interface Place {
  /** An address, or the path of a socket. */
  readonly at: { readonly origin: string } | { readonly socketPath: string }
  readonly agent: Agent
  readonly token: string
}

/** A proxy that is spoken to by configurable-http-proxy's REST API: the hub's own, over its unix socket, until it is told another one. */
export class ProxyApi implements ProxyControl, AsyncDisposable {
  #place: Place

  constructor({ apiSocket, token }: { readonly apiSocket: string; readonly token: string }) {
    this.#place = { at: { socketPath: apiSocket }, agent: new Agent(KEPT), token }
  }

  pointTo({ apiUrl, token }: { readonly apiUrl: string; readonly token: string | null }): void {
    const { agent } = this.#place
    const origin = apiUrl.replace(/\/(?:api\/routes\/?)?$/, '')
    this.#place = {
      at: { origin },
      agent: origin.startsWith('https:') ? new SecureAgent(KEPT) : new Agent(KEPT),
      token: token ?? this.#place.token,
    }
    // Orders that are on their way are finished; nothing new goes there.
    for (const sockets of Object.values(agent.freeSockets))
      for (const socket of sockets ?? []) socket.destroy()
  }

  async routes(): Promise<readonly ProxyRoute[]> {
    const text = await this.ask('GET', routePath(''), { fine: [200] })
    return Object.entries(ListedRoutes.parse(JSON.parse(text))).map(
      ([path, { target, ...data }]) => ({
        prefix: prefixFrom(path),
        target,
        data,
      }),
    )
  }

  /** As `tell`. @returns what was answered */
  async ask(method: Method, path: string, asked: Asked): Promise<string> {
    return (await this.tell(method, path, asked)).text
  }

  /** What the proxy counts, in the text form of Prometheus; '' where it says nothing of it, or is away. */
  async numbers(): Promise<string> {
    try {
      const { status, text } = await send(this.#place, 'GET', '/api/metrics', undefined)
      return status === 200 ? text : ''
    } catch {
      return ''
    }
  }

  /** @throws HubError `unavailable` */
  async tell(method: Method, path: string, { body, fine }: Asked): Promise<Answer> {
    try {
      const answer = await patiently(() => send(this.#place, method, path, body))
      if (fine.includes(answer.status)) return answer
      throw new Error(`it answered ${answer.status} to ${method} ${path}`)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new HubError('unavailable', `The proxy does not take orders at the moment: ${why}`, {
        cause,
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#place.agent.destroy()
  }
}

/** A prefix as the hub writes it, of a path as proxies list it: decoded, and without the slash at the end. */
export function prefixFrom(path: string): string {
  const quoted = path.split('/').map(quote).join('/')
  return quoted.endsWith('/') ? quoted : `${quoted}/`
}

export const routePath = (prefix: string) => `/api/routes${prefix}`

type Method = 'GET' | 'POST' | 'DELETE'

interface Asked {
  readonly body?: string
  /** Statuses that mean that it was done. */
  readonly fine: readonly number[]
}

interface Answer {
  readonly status: number
  readonly text: string
}

async function send(
  { at, agent, token }: Place,
  method: string,
  path: string,
  body: string | undefined,
): Promise<Answer> {
  const options: RequestOptions = {
    agent,
    method,
    headers: {
      authorization: `token ${token}`,
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    },
    signal: AbortSignal.timeout(DEADLINE_MS),
  }
  const asked =
    'socketPath' in at
      ? request({ ...options, socketPath: at.socketPath, path })
      : (at.origin.startsWith('https:') ? requestSecurely : request)(at.origin + path, options)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  asked.once('error', reject)
  asked.once('response', (response) => {
    const read = text(response).then((said) => ({ status: response.statusCode ?? 0, text: said }))
    read.then(resolve, reject)
  })
  asked.end(body)
  return promise
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
  const codes = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
