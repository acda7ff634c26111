import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { vi } from 'vitest'

const MAIN = join(import.meta.dirname, '../main.ts')
const TOKEN = 'a-secret-of-these-tests'

export interface Said {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** The proxy as a process of its own, as an operator starts it. */
export class ProxyProcess {
  readonly port: number
  readonly folder: string
  lines = ''
  readonly #flags: readonly string[]
  readonly #agent = new Agent({ keepAlive: true })
  #child: ChildProcess | undefined

  private constructor(port: number, folder: string, flags: readonly string[]) {
    this.port = port
    this.folder = folder
    this.#flags = flags
  }

  static async start(
    flags: (folder: string) => readonly string[] = () => [],
  ): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-proxy-'))
    const proxy = new ProxyProcess(await freePort(), folder, flags(folder))
    await proxy.again()
    return proxy
  }

  /** Starts it, as it was started before. */
  async again(): Promise<void> {
    const before = this.lines.length
    const places = ['--ip', '127.0.0.1', '--port', String(this.port)]
    const child = spawn(
      process.execPath,
      [MAIN, ...places, '--api-socket', join(this.folder, 'api.sock'), ...this.#flags],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env['PATH'], CONFIGPROXY_AUTH_TOKEN: TOKEN },
      },
    )
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.lines += text))
    await vi.waitFor(
      () => {
        if (!this.lines.slice(before).includes('serving on'))
          throw new Error(`the proxy does not serve: ${this.lines}`)
      },
      { timeout: 20_000, interval: 20 },
    )
  }

  /** As when whoever keeps its log has died: what it says reaches nobody, and writing fails. */
  listenNoMore(): void {
    this.#child?.stderr?.destroy()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** @returns its exit code, or the signal that ended it */
  async ended(): Promise<number | string> {
    const child = this.#child
    if (!child) return 0
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode ?? child.signalCode ?? ''
  }

  /** Asks the REST API. */
  api(line: string, body?: unknown): Promise<Said> {
    const [method = '', path = ''] = line.split(' ')
    return ask({
      socketPath: join(this.folder, 'api.sock'),
      method,
      path,
      headers: { authorization: `token ${TOKEN}` },
      agent: this.#agent,
      body: body === undefined ? '' : JSON.stringify(body),
    })
  }

  async route(prefix: string, target: string): Promise<void> {
    const { status, text } = await this.api(`POST /api/routes${prefix}`, { target })
    if (status !== 201) throw new Error(`${status} ${text}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
    this.signal('SIGKILL')
    await this.ended()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export function ask(options: {
  readonly socketPath?: string
  readonly port?: number
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent | false
  readonly body?: string
}): Promise<Said> {
  const { promise, resolve, reject } = Promise.withResolvers<Said>()
  const { body, ...rest } = options
  const asked = request({ host: '127.0.0.1', agent: false, ...rest })
  asked.once('error', reject)
  asked.once('response', (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    answer.once('error', reject)
    answer.once('end', () =>
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
    )
  })
  asked.end(body)
  return promise
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
