import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { eventually } from '../e2e/running-hub.ts'

const ROOT = join(import.meta.dirname, '..')
const START_MS = 60_000

/** The real JupyterHub, with its own proxy (configurable-http-proxy), on a folder and a database of its own. */
export class JupyterHub implements AsyncDisposable {
  readonly url: string
  readonly #folder: string
  readonly #process: ChildProcess

  private constructor(url: string, folder: string, process: ChildProcess) {
    this.url = url
    this.#folder = folder
    this.#process = process
  }

  /** `config`: further lines of jupyterhub_config.py. */
  static async create({ config }: { readonly config: string }): Promise<JupyterHub> {
    const clients = process.env['BULKHEAD_CLIENTS'] ?? ''
    if (clients === '') throw new Error('BULKHEAD_CLIENTS is not set: run this by ./test')
    const folder = mkdtempSync('/var/tmp/bulkhead-jupyterhub-')
    const [port = 0, hubPort = 0, apiPort = 0] = await freePorts(3)
    writeFileSync(
      join(folder, 'jupyterhub_config.py'),
      `c.JupyterHub.bind_url = 'http://127.0.0.1:${port}'
c.JupyterHub.public_url = 'http://127.0.0.1:${port}/'
c.JupyterHub.hub_port = ${hubPort}
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:${apiPort}'
c.JupyterHub.db_url = 'sqlite://'
c.JupyterHub.spawner_class = 'simple'
c.SimpleLocalProcessSpawner.home_dir_template = '${folder}/homes/{username}'
${config}`,
    )
    const log = openSync(join(folder, 'log'), 'w')
    const child = spawn(
      join(clients, 'bin/jupyterhub'),
      ['-f', join(folder, 'jupyterhub_config.py')],
      {
        cwd: folder,
        env: {
          ...process.env,
          PATH: `${join(clients, 'bin')}:${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
          HOME: folder,
        },
        stdio: ['ignore', log, log],
      },
    )
    const hub = new JupyterHub(`http://127.0.0.1:${port}`, folder, child)
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`JupyterHub ended: ${hub.log}`)
      const answer = await fetch(`${hub.url}/hub/health`).catch(() => undefined)
      return answer?.status === 200
    }, START_MS)
    return hub
  }

  get log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = () => this.#process.exitCode !== null || this.#process.signalCode !== null
    if (!ended()) this.#process.kill('SIGTERM')
    await eventually(ended, 30_000)
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
