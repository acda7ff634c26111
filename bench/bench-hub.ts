import { Agent, request } from 'undici'

import type { Target } from './load.ts'
import type { HubPids } from './machine.ts'

/** One of the two that are compared: a hub and its proxy, made of nothing, on a database of its own. */
export interface BenchHub extends AsyncDisposable {
  readonly name: 'Bulkhead' | 'JupyterHub'
  /** Where people go. */
  readonly url: string
  /** Where servers ask: the hub itself, without the proxy. */
  readonly api: Target
  /** May do everything. */
  readonly adminToken: string
  pids(): HubPids
  /** Begins to start; what tells that it is up is asking it. */
  begin(): void
  /** Resolves when it answers. */
  untilUp(): Promise<void>
  /** Ends hub and proxy; the servers go on. */
  stop(): Promise<void>
}

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

const agents = new Map<string, Agent>()

/** One call of the hub's API, past the proxy. */
export async function callApi(
  { api, adminToken }: Pick<BenchHub, 'api' | 'adminToken'>,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { body, token = adminToken }: { readonly body?: unknown; readonly token?: string } = {},
): Promise<ApiAnswer> {
  const answer = await request(`${originOf(api)}/hub/api${path}`, {
    dispatcher: agentOf(api),
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) }
}

/** As `callApi`. @throws Error when the answer is no success */
export async function mustCall(...call: Parameters<typeof callApi>): Promise<unknown> {
  const { status, body } = await callApi(...call)
  if (status >= 300)
    throw new Error(`${call[1]} ${call[2]} was answered ${status}: ${JSON.stringify(body)}`)
  return body
}

const originOf = (api: Target) => ('path' in api ? 'http://hub' : `http://${api.host}:${api.port}`)

function agentOf(api: Target): Agent {
  const key = JSON.stringify(api)
  const known = agents.get(key)
  if (known) return known
  const options = { connections: 64, headersTimeout: 300_000, bodyTimeout: 300_000 }
  const agent = new Agent(
    'path' in api ? { ...options, connect: { socketPath: api.path } } : options,
  )
  agents.set(key, agent)
  return agent
}

/** Runs `work` for 0 … count - 1, `atOnce` at a time. */
export async function forEachOf(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const run = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
}
