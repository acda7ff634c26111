import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as z from 'zod'

import { kill, RunningHub } from '../e2e/running-hub.ts'
import { type BenchHub, mustCall } from './bench-hub.ts'
import { PASSWORD } from './jupyterhub.ts'
import type { HubPids } from './machine.ts'

const ADMIN = 'bench-admin'
const Made = z.object({ token: z.string() })

/** Bulkhead by `./start`, with its own defaults but for one password and, when it is given, the single-user server. */
export class Bulkhead implements BenchHub {
  readonly name = 'Bulkhead'
  readonly #hub: RunningHub
  #starting: Promise<void> | undefined
  #adminToken = ''

  private constructor(hub: RunningHub) {
    this.#hub = hub
  }

  /** Starts it, and makes the admin. */
  static async create({ command }: { readonly command?: string } = {}): Promise<Bulkhead> {
    const hub = new Bulkhead(
      await RunningHub.create({
        config: `authenticator: {use: dummy, allow: everyone, password: ${PASSWORD}}\n${
          command === undefined ? '' : `spawner: {command: [${command}]}\n`
        }`,
      }),
    )
    const operator = { api: { path: join(hub.#hub.data, 'operator.sock') }, adminToken: '' }
    await mustCall(operator, 'POST', `/users/${ADMIN}`, { body: { admin: true } })
    const made = await mustCall(operator, 'POST', `/users/${ADMIN}/tokens`, { body: {} })
    hub.#adminToken = Made.parse(made).token
    return hub
  }

  get url(): string {
    return this.#hub.url
  }

  get api(): { readonly path: string } {
    const own = join(this.#hub.data, 'run/servers/hub.sock')
    return { path: existsSync(own) ? own : '/run/bulkhead/servers/hub.sock' }
  }

  get adminToken(): string {
    return this.#adminToken
  }

  pids(): HubPids {
    return { hub: this.#hub.pidOf('apps/hub'), proxy: this.#hub.pidOf('apps/proxy') }
  }

  begin(): void {
    this.#starting = this.#hub.start()
  }

  async untilUp(): Promise<void> {
    await this.#starting
  }

  async stop(): Promise<void> {
    await this.#hub.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    for (const name of readdirSync('/proc'))
      if (isServerOf(name, this.#hub.data)) kill(Number(name))
    await this.#hub[Symbol.asyncDispose]()
  }
}

function isServerOf(pid: string, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${data}/homes`)
  } catch {
    // No process, somebody else's, or one that has ended.
    return false
  }
}
