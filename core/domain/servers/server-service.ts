import { HubError } from '../errors.ts'
import { Admission } from './admission.ts'
import { begin, type ServerRequest } from './begin.ts'
import { bringDown } from './bring-down.ts'
import { createServer, editServer, removeServer } from './edit-server.ts'
import { eventOf, followRow, openWay, untilSettled } from './follow-row.ts'
import { Leases } from './lease.ts'
import { look } from './look.ts'
import { OneByOne } from './one-by-one.ts'
import { Operations } from './operations.ts'
import { Pace } from './pace.ts'
import { ProgressLog } from './progress-log.ts'
import type { ProgressEvent } from './progress.ts'
import { reconcile } from './reconcile.ts'
import { tellAll } from './server-events.ts'
import type { ServerEvents, ServerLifeDeps } from './server-life.ts'
import type { Server, ServerId } from './server.ts'
import type { FormField } from './spawn-form.ts'

/** How long to wait for a stop that another hub is at. */
const STOP_MS = 60_000

/** A line of starts that is longer than this is nobody's wish. */
const MOST_WAITING = 10_000

/**
 * The life of people's servers: start, stop, and making what *is* match what is *wanted*. The rows say what is wanted and
 * every transition is one conditional update, written before anything is done; so whatever is killed in the middle is
 * finished or undone by `reconcile`.
 */
export class ServerService {
  readonly #deps: ServerLifeDeps
  readonly #operations: Operations
  readonly #admission: Admission
  /**
   * Named servers are counted before there is one more, so of one person's each waits for the one before. (Of two hubs on one
   * database each keeps its own order: then a limit can be passed by one.)
   */
  readonly #naming = new OneByOne()
  /** When starts were over, and the next one's turn came. */
  readonly #turns = new Pace()

  /** @param deps `hub`: this hub's id, see `Leases` */
  constructor({ hub, ...rest }: Omit<ServerLifeDeps, 'leases'> & { readonly hub: string }) {
    this.#admission = new Admission(rest)
    this.#deps = {
      ...rest,
      leases: new Leases({ ...rest, hub }),
      events: tellAll([rest.events, this.#counting()]),
    }
    this.#operations = new Operations(this.#deps)
  }

  /** What is asked before a server starts. */
  get form(): readonly FormField[] {
    return this.#deps.settings().form
  }

  get namedAllowed(): boolean {
    return this.#deps.settings().limits.namedAllowed
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
   * @throws HubError as `begin`; `too_many` also when too many wait already
   */
  async start(id: ServerId, request: ServerRequest = {}): Promise<Server> {
    const { queue } = this.#operations
    if (queue.waiting >= MOST_WAITING) {
      const now = this.#deps.clock.now()
      const retryAfter = this.#turns.secondsUntil(queue.waiting - MOST_WAITING + 1, now)
      throw new HubError(
        'too_many',
        `${queue.waiting} starts are waiting for their turn; try again later`,
        retryAfter === undefined ? {} : { retryAfter },
      )
    }
    const { server, isNew } = await this.#named(id, () =>
      begin(this.#deps, this.#admission, id, request),
    )
    if (isNew) this.#operations.launch(server)
    return server
  }

  /** Makes a named server and does not start it; see `createServer`. */
  create(id: ServerId, request: ServerRequest): Promise<Server> {
    return this.#named(id, () => createServer(this.#deps, id, request))
  }

  /** Changes a server at rest; see `editServer`. */
  edit(id: ServerId, change: ServerRequest & { readonly name?: string | undefined }) {
    const { name = '' } = change
    return this.#named({ ...id, name }, () => editServer(this.#deps, id, change))
  }

  /** Takes a named server away, stopping it first; see `removeServer`. */
  remove(id: ServerId): Promise<void> {
    return removeServer(this.#deps, this.#operations, id)
  }

  /** Stops it, or gives up its start. Answers when nothing of it is left. Stopping what does not run is fine. */
  async stop(id: ServerId): Promise<void> {
    const { servers, leases, clock } = this.#deps
    const server = await servers.move(
      id,
      { states: ['spawning', 'ready'] },
      {
        lease: leases.fresh(),
        state: 'stopping',
        wanted: 'stopped',
        stateSince: clock.now(),
      },
    )
    if (server) return bringDown(this.#deps, this.#operations, server)
    const operation = this.#operations.of(id)
    if (operation) await operation.done
    // Another hub may be at it.
    else await untilSettled(this.#deps, id, STOP_MS)
  }

  /** Resolves when the server is no more on its way up or down, or after `ms` milliseconds. The row as it is then. */
  async settled(id: ServerId, ms: number): Promise<Server | undefined> {
    const { clock } = this.#deps
    const deadline = clock.now().getTime() + ms
    const over = new AbortController()
    await Promise.race([
      this.#operations.of(id)?.done,
      clock.sleep(ms, over.signal).catch(() => undefined),
    ])
    over.abort(new Error('no more waiting'))
    return untilSettled(this.#deps, id, deadline - clock.now().getTime())
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
    if (server?.state === 'ready' || server?.state === 'failed') log.add(eventOf(server))
    else if (server?.state === 'spawning')
      void this.#operations.attempt('following a start in another hub', () =>
        followRow(this.#deps, id, log, signal),
      )
    else
      throw new HubError(
        'invalid',
        `the server is not starting; it is ${server?.state ?? 'stopped'}`,
      )
    return log.follow(signal)
  }

  /** The end of its log: of the run that goes on, or of the last one if it failed. @throws HubError `not_found` */
  async logTail(id: ServerId, lines: number): Promise<readonly string[]> {
    const server = await this.get(id)
    if (!server) throw new HubError('not_found', 'there is no such server')
    if (!server.failure) return this.#deps.spawner.logTail(server.publicId, lines)
    return server.failure.log.slice(-lines)
  }

  /** Moves the server's last activity on, as the server itself reports. */
  async touch(id: ServerId, at: Date): Promise<void> {
    await this.#deps.servers.touch(id, at)
  }

  /** Makes what is match what is wanted; see `reconcile`. */
  reconcile(): Promise<void> {
    return reconcile(this.#deps, this.#operations)
  }

  /** Keeps this hub's leases, and gives up what another hub has taken; takes over what others do no more. */
  look(): Promise<void> {
    return look(this.#deps, this.#operations)
  }

  /** Opens the way to a ready server through this hub's own proxy. */
  async openWay(server: Server): Promise<void> {
    if (server.state === 'ready') await openWay(this.#deps, server)
  }

  /** How many servers run or are about to. */
  async countRunning(): Promise<number> {
    return (await this.#deps.servers.listActive()).length
  }

  /** Waits until nothing is being started or stopped any more, or until `ms` have passed. */
  async quiesce(ms: number): Promise<void> {
    const all = Promise.all(this.#operations.all().map(({ done }) => done))
    await Promise.race([all, this.#deps.clock.sleep(ms)])
    // What is not finished by now others may finish.
    await this.#operations.attempt('giving up the leases', () => this.#deps.leases.letGo())
  }

  #named<T>({ user, name }: ServerId, run: () => Promise<T>): Promise<T> {
    return name === '' ? run() : this.#naming.take(user, run)
  }

  /** Measures how fast servers come and go, for whoever has to wait. */
  #counting(): ServerEvents {
    const turn = () => this.#turns.note(this.#deps.clock.now())
    return {
      started: turn,
      failed: (server) => {
        if (server.state === 'spawning') turn()
        this.#admission.noteEnd()
      },
      stopped: () => this.#admission.noteEnd(),
      orphanStopped: () => undefined,
      troubled: () => undefined,
    }
  }
}
