import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Addresses } from '#core/domain/servers/addresses.ts'
import { serviceEnvironment } from '#core/domain/services/service-environment.ts'
import type { ServiceProcess, ServiceRunner } from '#core/domain/services/service-life.ts'
import type { Service } from '#core/domain/services/service.ts'

import { RingLog } from './ring-log.ts'

/** A service that was asked to end and does not is killed after this time. */
const PATIENCE_MS = 5000
const SETPRIV = '/usr/bin/setpriv'

export interface ProcessServiceRunnerOptions {
  /** Folder of the logs, one a service. */
  readonly logsDir: string
  /** Folder that commands run in which name none. */
  readonly usualFolder: string
  /** Folders that are searched for programs before all others. */
  readonly programs: readonly string[]
  /** All that a service gets of the hub's own environment. */
  readonly inherited: Readonly<Record<string, string>>
  /** The hub's API as it is reached from this machine. */
  readonly apiUrl: string
  readonly addresses: Addresses
  /** The service's own token. */
  readonly tokenOf: (service: Service) => string | null
}

/** Runs services' commands as this process's own account: in a session of their own, ended with it. */
export class ProcessServiceRunner implements ServiceRunner {
  readonly #options: ProcessServiceRunnerOptions

  constructor(options: ProcessServiceRunnerOptions) {
    this.#options = options
  }

  async start(service: Service): Promise<ServiceProcess> {
    const { logsDir, usualFolder } = this.#options
    mkdirSync(logsDir, { recursive: true, mode: 0o700 })
    const [program = '', ...given] = endsWithUs(service.command)
    const child = spawn(program, given, {
      cwd: service.cwd || usualFolder,
      env: this.#environment(service),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = new RingLog(join(logsDir, `${service.name}.log`))
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => log.write(chunk))
    const ended = Promise.withResolvers<string>()
    child.once('exit', (code, signal) => {
      log.close()
      ended.resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`)
    })
    const begun = Promise.withResolvers<void>()
    child.once('spawn', () => begun.resolve())
    child.once('error', (error) => begun.reject(error))
    await begun.promise
    return { pid: child.pid ?? 0, ended: ended.promise, stop: () => stop(child, ended.promise) }
  }

  #environment(service: Service): Record<string, string> {
    const { inherited, programs, apiUrl, addresses, tokenOf } = this.#options
    const path = [...programs, inherited['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':')
    return {
      ...inherited,
      PATH: path,
      ...serviceEnvironment(service, { token: tokenOf(service), apiUrl, addresses }),
    }
  }
}

/** However this process ends, the kernel tells the service's. */
function endsWithUs(command: readonly string[]): readonly string[] {
  return existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', '--', ...command] : command
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  signal(child, 'SIGTERM')
  const killing = setTimeout(() => signal(child, 'SIGKILL'), PATIENCE_MS)
  await ended
  clearTimeout(killing)
}

/** To the whole session: commands are often scripts that run something else. */
function signal({ pid, exitCode, signalCode }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, name)
  } catch {
    // It has ended by itself.
  }
}
