import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import * as z from 'zod'

import { unixUrl } from '#core/base/unix-socket.ts'
import { HubError } from '#core/domain/errors.ts'
import { SERVER_ARGUMENTS } from '#core/domain/servers/server-arguments.ts'
import { activityPathOf } from '#core/domain/servers/server-environment.ts'
import type { SpawnHandle } from '#core/domain/servers/server.ts'
import type { ServerUsage } from '#core/domain/servers/usage.ts'
import type {
  Inspection,
  ServerSpec,
  Spawned,
  Spawner,
  StartOptions,
} from '#core/domain/servers/spawner.ts'

import { CAPABILITIES } from './capabilities.ts'
import { endServer } from './end-server.ts'
import { HomeSizes } from './home-sizes.ts'
import { type Launched, launchProcess } from './launch-process.ts'
import { Leftovers } from './leftovers.ts'
import { checkRoom, homeName, isPublicId, serverPaths } from './paths.ts'
import {
  isAlive,
  type Marked,
  MARKER,
  markedOf,
  ownProcesses,
  type ProcessId,
} from './process-table.ts'
import { usageOf } from './process-usage.ts'
import { secretsOf } from './redact.ts'
import { readTail, trimLog } from './server-log.ts'
import { atFreePort, atSocket, type ServerPlace } from './server-place.ts'

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
  /** Whether servers listen on ports of this machine, for a proxy that knows no sockets. */
  readonly ports: boolean
  /** Tells this hub's servers from those of another one. */
  readonly instance: string
  /** PATH, language and time zone of the hub itself: all that a server inherits. */
  readonly inherited: Readonly<Record<string, string>>
}

const NAME = 'process'
const ARGUMENTS = ['--KernelManager.transport=ipc', ...SERVER_ARGUMENTS]
/** How many processes are looked into before something else gets its turn. */
const AT_ONCE = 100

/** What we write into a handle. Read strictly: a pid of 0 or -1 would mean everybody. */
const Handle = z.object({
  adapter: z.literal(NAME),
  publicId: z.string().refine(isPublicId),
  pid: z.int().min(2),
  startTime: z.int().min(0),
})

/** What only this hub knows of a server that it started itself. */
interface Own {
  readonly secrets: readonly string[]
  readonly launched: Launched | undefined
}

/** Runs each server as a plain process of the hub's own account. It isolates nothing, and says so. */
export class ProcessSpawner implements Spawner {
  readonly name = NAME
  readonly capabilities = CAPABILITIES
  readonly #options: ProcessSpawnerOptions
  readonly #own = new Map<string, Own>()
  readonly #leftovers: Leftovers
  readonly #sizes = new HomeSizes()

  /** @throws HubError `invalid` when the sockets' directory has too long a path */
  constructor(options: ProcessSpawnerOptions) {
    checkRoom(options.socketsDir)
    this.#options = options
    this.#leftovers = new Leftovers([options.socketsDir, options.logsDir])
  }

  async start(spec: ServerSpec, { signal, onProgress }: StartOptions): Promise<Spawned> {
    signal.throwIfAborted()
    const { publicId } = spec
    try {
      onProgress(10, 'Starting the server')
      const home = this.#makeFolders(spec)
      const secrets = secretsOf(spec.environment)
      this.#own.set(publicId, { secrets, launched: undefined })
      signal.throwIfAborted()
      const place = await this.#placeOf(publicId)
      const launched = await launchProcess({
        command: [...this.#options.command, ...place.args, ...ARGUMENTS],
        folder: home,
        environment: this.#environmentOf(spec, home, place),
        logFile: this.#logFile(publicId),
      })
      this.#own.set(publicId, { secrets, launched })
      onProgress(30, 'The server is loading')
      signal.throwIfAborted()
      const { pid, startTime } = launched
      return {
        handle: { adapter: this.name, publicId, pid, startTime },
        address: place.address,
      }
    } catch (error) {
      await this.#end(publicId, this.#own.get(publicId)?.launched)
      await this.cleanUp(publicId)
      throw error
    }
  }

  async inspect(handle: SpawnHandle): Promise<Inspection> {
    const known = Handle.safeParse(handle)
    if (!known.success)
      return { is: 'gone', reason: `it was started by another spawner, ${handle.adapter}` }
    const { publicId, pid } = known.data
    trimLog(this.#logFile(publicId))
    if (isAlive(known.data)) return { is: 'running' }
    const launched = this.#own.get(publicId)?.launched
    // Ours has ended, though word of it may still be on its way.
    const reason = launched?.pid === pid ? await launched.ended : 'its process is gone'
    return { is: 'gone', reason }
  }

  async stop(handle: SpawnHandle): Promise<void> {
    const known = Handle.safeParse(handle)
    // Another adapter's handle: its pid means something else, or nothing.
    if (known.success) await this.#end(known.data.publicId, known.data)
  }

  async list(): Promise<readonly SpawnHandle[]> {
    const all: Marked[] = []
    const own = ownProcesses()
    // A thousand servers are looked at in pieces, and whoever asks something meanwhile is answered in between.
    for (let from = 0; from < own.length; from += AT_ONCE) {
      all.push(...markedOf(own.slice(from, from + AT_ONCE), this.#options.instance))
      await setImmediate()
    }
    const publicIdOf = new Map(all.map(({ pid, publicId }) => [pid, publicId]))
    const tops = all.filter(({ parent, publicId }) => publicIdOf.get(parent) !== publicId)
    // A kernel whose server was killed is nobody's child any more; the oldest process stands for the server.
    const oldest = new Map<string, SpawnHandle>()
    for (const { publicId, pid, startTime } of tops.toSorted((a, b) => a.startTime - b.startTime)) {
      if (oldest.has(publicId)) continue
      trimLog(this.#logFile(publicId))
      oldest.set(publicId, { adapter: this.name, publicId, pid, startTime })
    }
    for (const id of this.#leftovers.find(new Set(oldest.keys()), Date.now()))
      await this.cleanUp(id)
    return [...oldest.values()]
  }

  async usage(handles: readonly SpawnHandle[]): Promise<ReadonlyMap<string, ServerUsage>> {
    const known = handles.flatMap((handle) => Handle.safeParse(handle).data ?? [])
    return usageOf(known.filter(isAlive), { ...this.#options, sizes: this.#sizes })
  }

  async logTail(publicId: string, lines: number): Promise<readonly string[]> {
    if (!isPublicId(publicId)) return []
    return readTail(this.#logFile(publicId), lines, this.#own.get(publicId)?.secrets ?? [])
  }

  async cleanUp(publicId: string): Promise<void> {
    if (!isPublicId(publicId)) return
    this.#own.delete(publicId)
    rmSync(serverPaths(this.#options.socketsDir, publicId).folder, { recursive: true, force: true })
    rmSync(this.#logFile(publicId), { force: true })
  }

  /** @throws HubError `unavailable` when something of it cannot be ended at all */
  async #end(publicId: string, process: ProcessId | undefined): Promise<void> {
    const { instance } = this.#options
    if (await endServer({ instance, publicId, process })) return
    throw new HubError(
      'unavailable',
      `Processes of the server do not end, although they were killed: look for ${MARKER}=${instance}:${publicId} in /proc/*/environ`,
    )
  }

  /** @throws HubError `unavailable`, when the disk is full for example */
  #makeFolders(spec: ServerSpec): string {
    const { socketsDir, homesDir, logsDir, shared } = this.#options
    const { folder, runtime } = serverPaths(socketsDir, spec.publicId)
    const home = join(homesDir, homeName(spec.home))
    try {
      for (const dir of [home, logsDir, folder, runtime])
        mkdirSync(dir, { recursive: true, mode: 0o700 })
      // The hub's own umask would take the group's part of the mode away.
      if (shared) chmodSync(folder, 0o2750)
      return home
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new HubError('unavailable', `A folder of the server cannot be made: ${why}`, { cause })
    }
  }

  async #placeOf(publicId: string): Promise<ServerPlace> {
    const { socketsDir, shared, ports } = this.#options
    return ports
      ? atFreePort()
      : atSocket(serverPaths(socketsDir, publicId).socket, { mode: shared ? '0660' : '0600' })
  }

  #environmentOf(
    { id, publicId, prefix, environment }: ServerSpec,
    home: string,
    { origin }: ServerPlace,
  ) {
    const { pythonDir, socketsDir, hubApiSocket, inherited, instance } = this.#options
    const { runtime } = serverPaths(socketsDir, publicId)
    const api = unixUrl(hubApiSocket, '/hub/api')
    const path = environment['PATH'] ?? inherited['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
    return {
      ...inherited,
      SHELL: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
      ...environment,
      PATH: [join(pythonDir, 'bin'), path].join(delimiter),
      VIRTUAL_ENV: pythonDir,
      HOME: home,
      USER: id.user,
      JUPYTER_RUNTIME_DIR: runtime,
      JUPYTERHUB_SERVICE_URL: origin + prefix,
      JUPYTERHUB_API_URL: api,
      JUPYTERHUB_ACTIVITY_URL: api + activityPathOf(id),
      JUPYTERHUB_ROOT_DIR: home,
      [MARKER]: `${instance}:${publicId}`,
    }
  }

  #logFile(publicId: string): string {
    return join(this.#options.logsDir, `${publicId}.log`)
  }
}
