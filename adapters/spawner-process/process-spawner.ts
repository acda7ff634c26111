import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { unixUrl } from '#core/base/unix-socket.ts'
import { HubError } from '#core/domain/errors.ts'
import { activityPathOf } from '#core/domain/servers/server-environment.ts'
import type { SpawnHandle } from '#core/domain/servers/server.ts'
import type {
  Inspection,
  ServerSpec,
  Spawned,
  Spawner,
  StartOptions,
} from '#core/domain/servers/spawner.ts'

import { CAPABILITIES } from './capabilities.ts'
import { checkRoom, homeName, serverPaths } from './paths.ts'
import { findMarked, findProcess, MARKER } from './process-table.ts'
import { readTail, trimLog } from './server-log.ts'

/** How long a server may take to end by itself, and its leftovers to vanish after they were killed. */
const GRACE_MS = 8000
const KILL_MS = 5000
const LOOK_MS = 50

export interface ProcessSpawnerOptions {
  /** The single-user server and its arguments. */
  readonly command: readonly string[]
  /** The Python environment; its `bin` comes first on the servers' PATH. */
  readonly pythonDir: string
  readonly socketsDir: string
  /** Where servers reach the hub's API. */
  readonly hubApiSocket: string
  readonly homesDir: string
  readonly logsDir: string
  /** Whether the proxy is another account, which gets at the sockets by the group of their folder. */
  readonly shared: boolean
  /** Tells this hub's servers from those of another one. */
  readonly instance: string
  /** PATH, language and time zone of the hub itself: all that a server inherits. */
  readonly inherited: Readonly<Record<string, string>>
}

/** Runs each server as a plain process of the hub's own account. It isolates nothing, and says so. */
export class ProcessSpawner implements Spawner {
  readonly name = 'process'
  readonly capabilities = CAPABILITIES
  readonly #options: ProcessSpawnerOptions
  /** How our own children ended; those that an earlier hub started leave no word. */
  readonly #ends = new Map<string, string>()

  constructor(options: ProcessSpawnerOptions) {
    checkRoom(options.socketsDir)
    this.#options = options
  }

  async start(spec: ServerSpec, { signal, onProgress }: StartOptions): Promise<Spawned> {
    signal.throwIfAborted()
    const { socketsDir, homesDir, logsDir, shared } = this.#options
    const paths = serverPaths(socketsDir, spec.publicId)
    const home = join(homesDir, homeName(spec.id.user))
    mkdirSync(home, { recursive: true, mode: 0o700 })
    mkdirSync(logsDir, { recursive: true, mode: 0o700 })
    mkdirSync(paths.folder, { recursive: true, mode: 0o700 })
    // The hub's own umask would take the group's part of the mode away.
    if (shared) chmodSync(paths.folder, 0o2750)
    mkdirSync(paths.runtime, { recursive: true, mode: 0o700 })
    onProgress(10, 'Starting the server')
    const child = await this.#launch(spec, home)
    const found = child.pid === undefined ? undefined : findProcess(child.pid)
    const handle = {
      adapter: this.name,
      publicId: spec.publicId,
      pid: child.pid ?? 0,
      startTime: found?.startTime ?? 0,
    }
    if (signal.aborted) {
      await this.stop(handle)
      signal.throwIfAborted()
    }
    onProgress(30, 'The server is loading')
    return { handle, address: { kind: 'unix', path: paths.socket, owner: process.getuid?.() ?? 0 } }
  }

  async inspect(handle: SpawnHandle): Promise<Inspection> {
    trimLog(this.#logFile(handle.publicId))
    if (isAlive(handle)) return { is: 'running' }
    return { is: 'gone', reason: this.#ends.get(handle.publicId) ?? 'its process is gone' }
  }

  async stop(handle: SpawnHandle): Promise<void> {
    const { publicId } = handle
    if (isAlive(handle) && this.#marked(publicId).some(({ pid }) => pid === handle['pid'])) {
      kill(Number(handle['pid']), 'SIGTERM')
      await until(() => !isAlive(handle), GRACE_MS)
    }
    // Kernels and terminals have sessions of their own, and may outlive the server that started them.
    for (const { pid } of this.#marked(publicId)) kill(pid, 'SIGKILL')
    const gone = await until(() => {
      for (const { pid } of this.#marked(publicId)) kill(pid, 'SIGKILL')
      return this.#marked(publicId).length === 0
    }, KILL_MS)
    if (!gone)
      throw new HubError(
        'unavailable',
        'processes of the server do not end, although they were killed',
      )
    this.#ends.delete(publicId)
  }

  async list(): Promise<readonly SpawnHandle[]> {
    const all = findMarked(this.#options.instance)
    const pids = new Set(all.map(({ pid }) => pid))
    const tops = all.filter(({ parent }) => !pids.has(parent))
    // A kernel whose server was killed is nobody's child any more; the oldest process stands for the server.
    const oldest = new Map<string, SpawnHandle>()
    for (const { publicId, pid, startTime } of tops.toSorted((a, b) => a.startTime - b.startTime)) {
      trimLog(this.#logFile(publicId))
      if (!oldest.has(publicId))
        oldest.set(publicId, { adapter: this.name, publicId, pid, startTime })
    }
    return [...oldest.values()]
  }

  async logTail(publicId: string, lines: number): Promise<readonly string[]> {
    return readTail(this.#logFile(publicId), lines)
  }

  async cleanUp(publicId: string): Promise<void> {
    if (!/^[0-9a-f]{16}$/.test(publicId)) return
    rmSync(serverPaths(this.#options.socketsDir, publicId).folder, { recursive: true, force: true })
    rmSync(this.#logFile(publicId), { force: true })
  }

  #launch(spec: ServerSpec, home: string): Promise<ChildProcess> {
    const { command, socketsDir, shared } = this.#options
    const { socket } = serverPaths(socketsDir, spec.publicId)
    const [program = '', ...given] = command
    const mode = shared ? '0660' : '0600'
    const own = [
      `--ServerApp.sock=${socket}`,
      `--ServerApp.sock_mode=${mode}`,
      '--KernelManager.transport=ipc',
    ]
    const log = openSync(this.#logFile(spec.publicId), 'a', 0o600)
    try {
      const child = spawn(program, [...given, ...own], {
        cwd: home,
        env: this.#environment(spec, home),
        // A session of its own, so that the server outlives the hub, and nothing of the hub's is inherited.
        detached: true,
        stdio: ['ignore', log, log],
      })
      child.unref()
      child.once('exit', (code, signal) =>
        this.#ends.set(
          spec.publicId,
          signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`,
        ),
      )
      const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
      child.once('spawn', () => resolve(child))
      child.once('error', (cause) =>
        reject(
          new HubError(
            'unavailable',
            `${program} cannot be run (${cause.message}). Is spawner.command right?`,
            { cause },
          ),
        ),
      )
      return promise
    } finally {
      closeSync(log)
    }
  }

  #environment(spec: ServerSpec, home: string): Record<string, string> {
    const { pythonDir, socketsDir, hubApiSocket, inherited, instance } = this.#options
    const { socket, runtime } = serverPaths(socketsDir, spec.publicId)
    const api = unixUrl(hubApiSocket, '/hub/api')
    return {
      ...inherited,
      ...spec.environment,
      PATH: [join(pythonDir, 'bin'), inherited['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(
        delimiter,
      ),
      VIRTUAL_ENV: pythonDir,
      HOME: home,
      SHELL: '/bin/bash',
      USER: spec.id.user,
      JUPYTER_RUNTIME_DIR: runtime,
      JUPYTERHUB_SERVICE_URL: unixUrl(socket, spec.prefix),
      JUPYTERHUB_API_URL: api,
      JUPYTERHUB_ACTIVITY_URL: api + activityPathOf(spec.id),
      JUPYTERHUB_ROOT_DIR: home,
      [MARKER]: `${instance}:${spec.publicId}`,
    }
  }

  #marked(publicId: string) {
    return findMarked(this.#options.instance).filter((found) => found.publicId === publicId)
  }

  #logFile(publicId: string): string {
    return join(this.#options.logsDir, `${publicId}.log`)
  }
}

/** A pid alone names nobody: it may have been given to another process since. */
function isAlive(handle: SpawnHandle): boolean {
  const found = findProcess(Number(handle['pid']))
  return found !== undefined && !found.zombie && found.startTime === handle['startTime']
}

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += LOOK_MS) {
    if (holds()) return true
    await delay(LOOK_MS)
  }
  return holds()
}
