import { randomHex } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import { bringDown } from './bring-down.ts'
import { Operations } from './operations.ts'
import { ProgressLog } from './progress-log.ts'
import type { ProgressEvent } from './progress.ts'
import { reconcile } from './reconcile.ts'
import type { ServerLifeDeps } from './server-life.ts'
import { prefixOf, type Server, type ServerId } from './server.ts'

/**
 * The life of people's servers: start, stop, and making what *is* match what is *wanted*. The rows say what is wanted and
 * every transition is one conditional update, written before anything is done; so whatever is killed in the middle is
 * finished or undone by `reconcile`.
 */
export class ServerService {
  readonly #deps: ServerLifeDeps
  readonly #operations: Operations

  constructor(deps: ServerLifeDeps) {
    this.#deps = deps
    this.#operations = new Operations(deps)
  }

  get(id: ServerId): Promise<Server | undefined> {
    return this.#deps.servers.find(id)
  }

  listOf(userName: string): Promise<readonly Server[]> {
    return this.#deps.servers.listOf(userName)
  }

  /** Of a page of people: in one question. */
  async listOfAll(userNames: readonly string[]): Promise<ReadonlyMap<string, readonly Server[]>> {
    const servers = await this.#deps.servers.listOfAll(userNames)
    return Map.groupBy(servers, ({ id }) => id.user)
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
      this.#operations.launch(server)
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
    if (server) await bringDown(this.#deps, this.#operations, server)
    else await this.#operations.of(id)?.done
  }

  /** Resolves when the server is no more on its way up or down, or after `ms` milliseconds. The row as it is then. */
  async settled(id: ServerId, ms: number): Promise<Server | undefined> {
    const operation = this.#operations.of(id)
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
    const operation = this.#operations.of(id)
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

  /** Makes what is match what is wanted; see `reconcile`. */
  reconcile(): Promise<void> {
    return reconcile(this.#deps, this.#operations)
  }

  /** How many servers run or are about to. */
  async countRunning(): Promise<number> {
    return (await this.#deps.servers.listActive()).length
  }

  /** Waits until nothing is being started or stopped any more, or until `ms` have passed. */
  async quiesce(ms: number): Promise<void> {
    const all = Promise.all(this.#operations.all().map(({ done }) => done))
    await Promise.race([all, this.#deps.clock.sleep(ms)])
  }
}

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
