import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { Agent, request } from 'undici'

import { eventually, kill } from '../e2e/running-hub.ts'
import { processesWith } from './running-as.ts'

const ROOT = join(import.meta.dirname, '..')
/** Several hubs on one machine are an ordinary account's: root's take the one place that there is for it. */
const NOBODY = 65_534
const START_MS = 60_000

/** What a request was answered with. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A hub of an ordinary account, with its supervisor and its proxy, on a data directory of its own. */
export class HubProcess implements AsyncDisposable {
  readonly data: string
  readonly url: string
  readonly #port: number
  readonly #operator: Agent
  #child: ChildProcess | undefined
  /** Standard output and error. */
  said = ''

  private constructor(data: string, port: number) {
    this.data = data
    this.url = `http://127.0.0.1:${port}`
    this.#port = port
    this.#operator = new Agent({ connect: { socketPath: join(data, 'operator.sock') } })
  }

  /** A new one that is not started yet. */
  static async create(config: string): Promise<HubProcess> {
    const data = mkdtempSync('/var/tmp/bulkhead-hub-')
    writeFileSync(join(data, 'config.yaml'), config, { mode: 0o644 })
    if (process.getuid?.() === 0) chownSync(data, NOBODY, NOBODY)
    chmodSync(data, 0o700)
    return new HubProcess(data, await freePort())
  }

  /** Why none can be run here; undefined when one can. */
  static whyNot(): string | undefined {
    if (process.getuid?.() !== 0) return undefined
    const closed = [ROOT, process.execPath].find((path) => !isOpenToAll(path))
    return closed === undefined ? undefined : `${closed} is closed to ordinary accounts`
  }

  /** Starts it and waits until `ready`, which is told by what it says. */
  async start(ready = 'The hub is ready'): Promise<void> {
    this.said = ''
    const args = ['--data', this.data, '--port', String(this.#port)]
    const python = ['--python', process.env['BULKHEAD_PYTHON'] ?? '/usr']
    const child = spawn(
      process.execPath,
      [join(ROOT, 'apps/supervisor/main.ts'), ...args, ...python],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: '/usr/bin:/bin' },
        cwd: '/',
        ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
      },
    )
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.said += text))
    this.#child = child
    await eventually(() => this.said.includes(ready) || child.exitCode !== null, START_MS)
    if (child.exitCode !== null) throw new Error(`the hub did not start: ${this.said}`)
  }

  /** Asks as whoever holds the token, through the proxy. */
  ask(path: string, { method = 'GET', token = '', body }: Asked = {}): Promise<Answer> {
    return answered(`${this.url}${path}`, {
      method,
      headers: {
        ...(token !== '' && { authorization: `token ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  /** Asks as the operator, by the socket that only he can open. */
  async operate(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await answered(`http://hub/hub/api${path}`, {
      method,
      dispatcher: this.#operator,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    if (status >= 400) throw new Error(`${method} ${path} was answered ${status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** As a power cut: hub, proxy and supervisor at once. Its notebook servers go on. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    const gone = once(child, 'exit')
    for (const { pid } of this.#processes()) kill(pid)
    await gone
    await eventually(() => this.#processes().length === 0)
    this.#child = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
    await this.#operator.destroy()
    rmSync(this.data, { recursive: true, force: true })
  }

  /** Its own: notebook servers' command lines hold its data directory as well. */
  #processes() {
    return processesWith(this.data).filter(({ command }) =>
      /apps\/(?:hub|proxy|supervisor)\//.test(command),
    )
  }
}

interface Asked {
  readonly method?: string
  readonly token?: string
  readonly body?: unknown
}

async function answered(url: string, options: Parameters<typeof request>[1]): Promise<Answer> {
  const { statusCode: status, headers, body } = await request(url, options)
  return { status, headers, text: await body.text() }
}

function isOpenToAll(path: string): boolean {
  const { status } = spawnSync('test', ['-r', path], { uid: NOBODY, gid: NOBODY, cwd: '/' })
  return status === 0
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The public ids of the servers that run, a process each, as their environments tell. */
export function runningServers(command: string): readonly string[] {
  return processesWith(command).flatMap(({ pid }) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return /BULKHEAD_SERVER=[0-9a-f]+:([0-9a-f]{16})/.exec(environment)?.[1] ?? []
    } catch {
      // It ended in this moment.
      return []
    }
  })
}
