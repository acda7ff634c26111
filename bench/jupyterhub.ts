import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { eventually, kill } from '../e2e/running-hub.ts'
import type { BenchHub } from './bench-hub.ts'
import type { PeerPrograms } from './install-peer.ts'
import { descendant, type HubPids } from './machine.ts'

const TOKEN = 'bench-0123456789abcdef0123456789abcdef'
export const PASSWORD = 'bench-password'

/** What differs between uses: nothing for the hub as pip installs it. */
export interface JupyterHubOptions {
  /** The single-user server's program, when it is not Jupyter's. */
  readonly command?: string
}

/**
 * JupyterHub with its own defaults, as far as they let it be measured: one password, no limit to starts at once (with the default of
 * 100 it turns people away), servers that outlive it.
 */
export class JupyterHub implements BenchHub {
  readonly name = 'JupyterHub'
  readonly url: string
  readonly api: { readonly host: string; readonly port: number }
  readonly adminToken = TOKEN
  readonly #folder = mkdtempSync('/var/tmp/bulkhead-bench-')
  readonly #programs: PeerPrograms
  #hub: ChildProcess | undefined

  constructor(programs: PeerPrograms, { command }: JupyterHubOptions = {}) {
    this.#programs = programs
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    this.url = `http://127.0.0.1:${port}`
    this.api = { host: '127.0.0.1', port: port + 1 }
    const homes = join(this.#folder, 'homes')
    mkdirSync(homes)
    writeFileSync(
      join(this.#folder, 'jupyterhub_config.py'),
      `c.JupyterHub.bind_url = '${this.url}'
c.JupyterHub.hub_port = ${port + 1}
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:${port + 2}'
c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = '${PASSWORD}'
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = 'simple'
c.SimpleLocalProcessSpawner.home_dir_template = '${homes}/{username}'
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.cleanup_servers = False
c.JupyterHub.services = [{'name': 'bench', 'api_token': '${TOKEN}'}]
c.JupyterHub.load_roles = [{'name': 'bench', 'services': ['bench'],
  'scopes': ['admin:users', 'admin:servers', 'tokens', 'list:users', 'access:servers']}]
${command === undefined ? "c.Spawner.args = ['--allow-root']" : `c.Spawner.cmd = ['${command}']`}
`,
    )
  }

  begin(): void {
    const { python, bin } = this.#programs
    this.#hub = spawn(
      join(python, 'bin/jupyterhub'),
      ['-f', join(this.#folder, 'jupyterhub_config.py')],
      {
        cwd: this.#folder,
        env: {
          ...process.env,
          PATH: [join(python, 'bin'), bin, process.env['PATH']].join(':'),
          HOME: this.#folder,
        },
        stdio: 'ignore',
      },
    )
  }

  async untilUp(): Promise<void> {
    await eventually(async () => {
      const answer = await fetch(`${this.url}/hub/health`).catch(() => undefined)
      if (this.#hub?.exitCode !== null) throw new Error('JupyterHub does not start')
      return answer?.status === 200
    }, 120_000)
  }

  pids(): HubPids {
    const hub = this.#hub?.pid ?? 0
    return { hub, proxy: descendant(hub, 'configurable-http-proxy') }
  }

  async stop(): Promise<void> {
    const hub = this.#hub
    if (!hub || hub.exitCode !== null || hub.signalCode !== null) return
    const gone = new Promise((resolve) => hub.once('exit', resolve))
    hub.kill('SIGTERM')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    for (const name of readdirSync('/proc')) if (isServerOf(name, this.#folder)) kill(Number(name))
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function isServerOf(pid: string, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${folder}/homes/`)
  } catch {
    // No process, somebody else's, or one that has ended.
    return false
  }
}
