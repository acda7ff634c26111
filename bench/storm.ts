import { Agent, request } from 'undici'

import type { BenchHub } from './bench-hub.ts'
import { PASSWORD } from './jupyterhub.ts'

const DEADLINE_MS = 300_000

/** What became of a crowd that came at once. */
export interface Storm {
  /** Until the last one's server answered him. */
  readonly seconds: number
  readonly failed: readonly string[]
}

/** People who sign in by the form at the same moment, and start their servers at once; each waits until his server answers him. */
export async function storm(hub: BenchHub, names: readonly string[]): Promise<Storm> {
  const agent = new Agent({
    connections: 512,
    headersTimeout: DEADLINE_MS,
    bodyTimeout: DEADLINE_MS,
  })
  const begun = performance.now()
  const failed: string[] = []
  await Promise.all(
    names.map(async (name) => {
      try {
        await new Visitor(hub.url, name, agent).comeAndStart()
      } catch (error) {
        failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  await agent.destroy()
  return { seconds, failed }
}

interface Asked {
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly fine: readonly number[]
}

/** One person's browser: keeps cookies, follows no redirect by itself. */
class Visitor {
  readonly #url: string
  readonly #name: string
  readonly #agent: Agent
  readonly #cookies = new Map<string, string>()

  constructor(url: string, name: string, agent: Agent) {
    this.#url = url
    this.#name = name
    this.#agent = agent
  }

  async comeAndStart(): Promise<void> {
    await this.#ask('GET', '/hub/login', { fine: [200] })
    const form = { username: this.#name, password: PASSWORD, _xsrf: this.#xsrf() }
    await this.#ask('POST', '/hub/login?next=%2Fhub%2Fhome', { form, fine: [302, 303] })
    await this.#ask('GET', '/hub/home', { fine: [200] })
    const server = `/hub/api/users/${this.#name}/server`
    const headers = { 'x-xsrftoken': this.#xsrf(), 'content-type': 'application/json' }
    const { status } = await this.#ask('POST', server, { headers, fine: [201, 202] })
    if (status === 202) await this.#untilReady(server)
    const { text } = await this.#ask('GET', `/user/${this.#name}/api`, { fine: [200] })
    if (!text.includes('"version"')) throw new Error(`its server says ${text.slice(0, 100)}`)
  }

  /** As the hub's pages do: by the stream of the start's events. */
  async #untilReady(server: string): Promise<void> {
    const { text } = await this.#ask('GET', `${server}/progress`, { fine: [200] })
    if (!/"ready": ?true/.test(text)) throw new Error(`the start ended with ${text.slice(-300)}`)
  }

  #xsrf(): string {
    return this.#cookies.get('_xsrf') ?? ''
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    { form, headers = {}, fine }: Asked,
  ): Promise<{ status: number; text: string }> {
    const answer = await request(this.#url + path, {
      dispatcher: this.#agent,
      method,
      headers: {
        cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      body: form ? new URLSearchParams(form).toString() : null,
    })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value)
    }
    const text = await answer.body.text()
    if (!fine.includes(answer.statusCode))
      throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text.slice(0, 200)}`)
    return { status: answer.statusCode, text }
  }
}
