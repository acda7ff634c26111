import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { eventually, kill } from '../e2e/running-hub.ts'
import { environmentOf, processesWith } from './running-as.ts'

const ROOT = join(import.meta.dirname, '..')
const START_MS = 60_000

/** A folder with the JupyterHub that the tests have. */
function clientsFolder(): string {
  const clients = process.env['BULKHEAD_CLIENTS'] ?? ''
  if (clients === '') throw new Error('BULKHEAD_CLIENTS is not set: run this by ./test')
  return clients
}

interface JupyterHubOptions {
  /** Further lines of jupyterhub_config.py; they may replace what stands before them. */
  readonly config: string
  /** A folder of programs that comes first on its PATH. Absent: `configurable-http-proxy` is the one from npm. */
  readonly programs?: string
  /** Where people reach it; by default http://127.0.0.1 with a free port. */
  readonly publicUrl?: (port: number) => string
}

/** The real JupyterHub and a proxy that it starts by the name of configurable-http-proxy, on a folder and a database of their own. */
export class JupyterHub implements AsyncDisposable {
  readonly url: string
  /** The proxy's REST API, and what it is asked with. */
  readonly proxyApi: { readonly url: string; readonly token: string }
  readonly #folder: string
  readonly #path: string
  #process: ChildProcess | undefined

  private constructor(
    folder: string,
    { publicUrl, programs }: JupyterHubOptions,
    [port = 0, apiPort = 0]: readonly number[],
  ) {
    this.url = publicUrl?.(port) ?? `http://127.0.0.1:${port}`
    this.proxyApi = { url: `http://127.0.0.1:${apiPort}`, token: randomUUID() }
    this.#folder = folder
    this.#path = [programs, join(clientsFolder(), 'bin'), join(ROOT, 'node_modules/.bin')]
      .filter((part) => part !== undefined)
      .join(':')
  }

  static async create(options: JupyterHubOptions): Promise<JupyterHub> {
    const folder = mkdtempSync('/var/tmp/bulkhead-jupyterhub-')
    const [port = 0, hubPort = 0, apiPort = 0] = await freePorts(3)
    const hub = new JupyterHub(folder, options, [port, apiPort])
    writeFileSync(
      join(folder, 'jupyterhub_config.py'),
      `c.JupyterHub.bind_url = 'http://127.0.0.1:${port}'
c.JupyterHub.public_url = '${hub.url}/'
c.JupyterHub.hub_port = ${hubPort}
c.ConfigurableHTTPProxy.api_url = '${hub.proxyApi.url}'
c.JupyterHub.db_url = 'sqlite://'
c.JupyterHub.spawner_class = 'simple'
c.SimpleLocalProcessSpawner.home_dir_template = '${folder}/homes/{username}'
${options.config}`,
    )
    await hub.start()
    return hub
  }

  /** Starts it, and waits until it takes requests. */
  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a')
    const child = spawn(
      join(clientsFolder(), 'bin/jupyterhub'),
      ['-f', join(this.#folder, 'jupyterhub_config.py')],
      {
        cwd: this.#folder,
        env: {
          ...process.env,
          PATH: `${this.#path}:${process.env['PATH'] ?? ''}`,
          HOME: this.#folder,
          CONFIGPROXY_AUTH_TOKEN: this.proxyApi.token,
        },
        stdio: ['ignore', log, log],
      },
    )
    closeSync(log)
    this.#process = child
    const said = this.log.length
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`JupyterHub ended: ${this.log}`)
      return this.log.slice(said).includes('JupyterHub is now running')
    }, START_MS)
  }

  get log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8')
  }

  /** The proxy that it started last. */
  get proxyPid(): number {
    const file = join(this.#folder, 'jupyterhub-proxy.pid')
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  }

  /** The single-user servers that run, their kernels left out. */
  get serverPids(): readonly number[] {
    return this.#pids('jupyterhub-singleuser')
  }

  /** All that it started, and what those started: their environment names its folder. */
  #pids(part: string): readonly number[] {
    return processesWith(part).flatMap(({ pid }) =>
      environmentOf(pid).includes(`HOME=${this.#folder}`) ? pid : [],
    )
  }

  /** Ends the hub alone or, as the configuration says, what it started as well. */
  stop(): Promise<void> {
    return this.#endBy('SIGTERM')
  }

  /** Kills the hub, and nothing that it started. */
  kill(): Promise<void> {
    return this.#endBy('SIGKILL')
  }

  async #endBy(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    const ended = () => !child || child.exitCode !== null || child.signalCode !== null
    if (!ended()) child?.kill(signal)
    await eventually(ended, 30_000)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    for (const pid of this.#pids('')) kill(pid)
    await eventually(() => this.#pids('').length === 0)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Ports that were free a moment ago, each another. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      await new Promise((resolve) => server.close(resolve))
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
}
