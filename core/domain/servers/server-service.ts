import { randomHex } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import { launch } from './launch.ts'
import { ProgressLog } from './progress-log.ts'
import type { ProgressEvent } from './progress.ts'
import { LOG_LINES, type ServerLifeDeps } from './server-life.ts'
import { prefixOf, type Server, type ServerId } from './server.ts'

/** What this hub is doing with a server at the moment. */
interface Operation {
  readonly is: 'starting' | 'stopping'
  readonly progress: ProgressLog
  readonly cancel: AbortController
  /** Resolves, never rejects, when it is over. */
  readonly done: Promise<void>
}

/**
 * The life of people's servers: start, stop, and making what *is* match what is *wanted*. The rows say what is wanted and
 * every transition is one conditional update, written before anything is done; so whatever is killed in the middle is
 * finished or undone by `reconcile`.
 */
export class ServerService {
  readonly #deps: ServerLifeDeps
  readonly #operations = new Map<string, Operation>()

  constructor(deps: ServerLifeDeps) {
    this.#deps = deps
  }

  get(id: ServerId): Promise<Server | undefined> {
    return this.#deps.servers.find(id)
  }

  listOf(userName: string): Promise<readonly Server[]> {
    return this.#deps.servers.listOf(userName)
  }

  /**
   * Begins a start and answers the row, `spawning`. What becomes of it: `settled`, `progress`.
   * @throws HubError `conflict` when it runs already or is being stopped, `not_found` for an unknown person
   */
  async start(id: ServerId): Promise<Server> {
    const { servers, clock } = this.#deps
    const before = await servers.ensure(id, clock.now())
    if (before.state === 'spawning') return before
    const now = clock.now()
    const server = await servers.move(
      id,
      { states: ['stopped', 'failed'] },
      {
        state: 'spawning',
        wanted: 'running',
        publicId: randomHex(8),
        stateSince: now,
        startedAt: now,
        handle: null,
        address: null,
        failure: null,
      },
    )
    if (server) {
      this.#launch(server)
      return server
    }
    const found = await servers.find(id)
    if (found?.state === 'spawning') return found
    throw new HubError(
      'conflict',
      found?.state === 'stopping' ? 'the server is being stopped' : 'the server is running already',
    )
  }

  /** Stops it, or gives up its start. Answers when nothing of it is left. Stopping what does not run is fine. */
  async stop(id: ServerId): Promise<void> {
    const { servers, clock } = this.#deps
    const server = await servers.move(
      id,
      { states: ['spawning', 'ready'] },
      { state: 'stopping', wanted: 'stopped', stateSince: clock.now() },
    )
    if (server) await this.#bringDown(server)
    else await this.#operations.get(keyOf(id))?.done
  }

  /** Resolves when the server is no more on its way up or down, or after `ms` milliseconds. The row as it is then. */
  async settled(id: ServerId, ms: number): Promise<Server | undefined> {
    const operation = this.#operations.get(keyOf(id))
    if (operation) {
      const over = new AbortController()
      await Promise.race([
        operation.done,
        this.#deps.clock.sleep(ms, over.signal).catch(() => undefined),
      ])
      over.abort(new Error('no more waiting'))
    }
    return this.get(id)
  }

  /**
   * The events of the server's start so far, and then as they come; one event when it is ready or has failed.
   * @throws HubError `invalid` when it is not starting
   */
  async progress(id: ServerId, signal: AbortSignal): Promise<AsyncIterable<ProgressEvent>> {
    const operation = this.#operations.get(keyOf(id))
    if (operation?.is === 'starting') return operation.progress.follow(signal)
    const server = await this.get(id)
    const log = new ProgressLog()
    if (server?.state === 'ready') log.add(readyEvent(server))
    else if (server?.state === 'failed') log.add(failedEvent(server))
    else
      throw new HubError(
        'invalid',
        `the server is not starting; it is ${server?.state ?? 'stopped'}`,
      )
    return log.follow(signal)
  }

  /** Moves the server's last activity on, as the server itself reports. */
  async touch(id: ServerId, at: Date): Promise<void> {
    await this.#deps.servers.touch(id, at)
  }

  /**
   * Makes what is match what is wanted: ends processes that no row knows, finishes or begins anew what was half-way when
   * a hub died, notices servers that ended by themselves, mends routes. One bad server does not keep the others waiting.
   */
  async reconcile(): Promise<void> {
    // The processes are listed before the rows: a row is written before its process is made.
    const running = await this.#deps.spawner.list()
    const rows = await this.#deps.servers.listActive()
    const known = new Set(rows.map(({ publicId }) => publicId))
    for (const handle of running.filter(({ publicId }) => !known.has(publicId))) {
      await this.#attempt('ending a process that no server knows', async () => {
        await this.#deps.spawner.stop(handle)
        await this.#deps.spawner.cleanUp(handle.publicId)
        this.#deps.events.orphanStopped(handle.publicId)
      })
    }
    for (const row of rows) {
      if (this.#operations.has(keyOf(row.id))) continue
      await this.#attempt(`looking after the server of ${row.id.user}`, () => this.#lookAfter(row))
    }
    await this.#attempt('mending the routes', () => this.#mendRoutes())
  }

  /** How many servers run or are about to. */
  async countRunning(): Promise<number> {
    return (await this.#deps.servers.listActive()).length
  }

  /** Waits until nothing is being started or stopped any more, or until `ms` have passed. */
  async quiesce(ms: number): Promise<void> {
    const all = Promise.all([...this.#operations.values()].map(({ done }) => done))
    await Promise.race([all, this.#deps.clock.sleep(ms)])
  }

  async #lookAfter(row: Server): Promise<void> {
    switch (row.state) {
      case 'stopping':
        return this.#bringDown(row)
      case 'spawning':
        return this.#resume(row)
      case 'ready': {
        const found = row.handle ? await this.#deps.spawner.inspect(row.handle) : undefined
        if (found?.is === 'running') return
        return this.#died(row, found?.reason ?? 'its process is gone')
      }
      case 'stopped':
      case 'failed':
        return
    }
  }

  /** A start that a hub left half-way: goes on waiting for the process, or makes a new one under a new name. */
  async #resume(row: Server): Promise<void> {
    const alive =
      row.handle !== null && (await this.#deps.spawner.inspect(row.handle)).is === 'running'
    if (alive) {
      this.#launch(row)
      return
    }
    await this.#deps.spawner.cleanUp(row.publicId)
    const again = await this.#deps.servers.move(
      row.id,
      { states: ['spawning'], publicId: row.publicId },
      { publicId: randomHex(8), handle: null, address: null, stateSince: this.#deps.clock.now() },
    )
    if (again) this.#launch(again)
  }

  async #died(row: Server, why: string): Promise<void> {
    const { servers, spawner, routes, tokens, clock, events } = this.#deps
    const log = await spawner.logTail(row.publicId, LOG_LINES)
    const reason = `It ended by itself: ${why}.`
    const moved = await servers.move(
      row.id,
      { states: ['ready'], publicId: row.publicId },
      {
        state: 'failed',
        wanted: 'stopped',
        stateSince: clock.now(),
        failure: { reason, log },
        handle: null,
        address: null,
      },
    )
    if (!moved) return
    await routes.remove(prefixOf(row.id))
    await tokens.revoke(row)
    if (row.handle) await spawner.stop(row.handle)
    await spawner.cleanUp(row.publicId)
    events.failed(row, reason)
  }

  #launch(server: Server): void {
    const progress = new ProgressLog()
    const cancel = new AbortController()
    this.#operate(server, { is: 'starting', progress, cancel }, () =>
      launch(this.#deps, server, progress, cancel.signal),
    )
  }

  /** Ends a running start first, then the server; the row is `stopped` when nothing is left. */
  async #bringDown(server: Server): Promise<void> {
    const before = this.#operations.get(keyOf(server.id))
    before?.cancel.abort(new Error('the server is being stopped'))
    before?.progress.add({ progress: 100, failed: true, message: 'The start was given up.' })
    const failure = Promise.withResolvers<void>()
    const operation = {
      is: 'stopping',
      progress: new ProgressLog(),
      cancel: new AbortController(),
    } as const
    this.#operate(server, operation, async () => {
      try {
        await before?.done
        await this.#takeDown(server)
        failure.resolve()
      } catch (error) {
        failure.reject(error)
      }
    })
    await failure.promise
  }

  async #takeDown({ id, publicId }: Server): Promise<void> {
    const { servers, spawner, routes, tokens, clock, events } = this.#deps
    const server = await servers.find(id)
    if (server?.state !== 'stopping' || server.publicId !== publicId) return
    await routes.remove(prefixOf(id))
    // A start that was cut off may have made a process whose handle was never written.
    const handle =
      server.handle ?? (await spawner.list()).find((other) => other.publicId === publicId)
    if (handle) await spawner.stop(handle)
    await tokens.revoke(server)
    await spawner.cleanUp(publicId)
    await servers.move(
      id,
      { states: ['stopping'], publicId },
      { state: 'stopped', stateSince: clock.now(), handle: null, address: null },
    )
    events.stopped(server)
  }

  async #mendRoutes(): Promise<void> {
    const { routes, servers } = this.#deps
    const there = new Map((await routes.list()).map((route) => [route.prefix, route]))
    for (const { id, state, address } of await servers.listActive()) {
      const prefix = prefixOf(id)
      const route = there.get(prefix)
      there.delete(prefix)
      if (state !== 'ready' || !address) continue
      if (route && JSON.stringify(route.target) === JSON.stringify(address)) continue
      await routes.add({ prefix, target: address, user: id.user, serverName: id.name })
    }
    for (const { prefix, user, serverName } of there.values()) {
      const row = await servers.find({ user, name: serverName })
      if (row === undefined || row.state === 'stopped' || row.state === 'failed')
        await routes.remove(prefix)
    }
  }

  #operate(server: Server, operation: Omit<Operation, 'done'>, run: () => Promise<void>): void {
    const key = keyOf(server.id)
    const done = this.#attempt(`${operation.is} the server of ${server.id.user}`, run).finally(
      () => {
        if (this.#operations.get(key)?.progress === operation.progress) this.#operations.delete(key)
      },
    )
    this.#operations.set(key, { ...operation, done })
  }

  async #attempt(doing: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#deps.events.troubled(doing, error)
    }
  }
}

const keyOf = ({ user, name }: ServerId) => `${user}/${name}`

function readyEvent({ id }: Server): ProgressEvent {
  const url = prefixOf(id)
  return { progress: 100, ready: true, message: `Server ready at ${url}`, url }
}

function failedEvent({ failure }: Server): ProgressEvent {
  const reason = failure?.reason ?? 'The reason is not known.'
  return {
    progress: 100,
    failed: true,
    message: `The server did not start. ${reason}`,
    log: failure?.log ?? [],
  }
}
