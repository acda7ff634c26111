import { followRow } from './follow-row.ts'
import { launch } from './launch.ts'
import { ProgressLog } from './progress-log.ts'
import type { ServerLifeDeps } from './server-life.ts'
import type { Server, ServerId } from './server.ts'
import { StartQueue } from './start-queue.ts'

/** What this hub is doing with a server at the moment. */
export interface Operation {
  readonly is: 'starting' | 'stopping'
  readonly id: ServerId
  readonly publicId: string
  readonly progress: ProgressLog
  readonly cancel: AbortController
  /** Resolves, never rejects, when it is over. */
  readonly done: Promise<void>
}

/** The starts and stops that this hub is in the middle of: one for a server at most. */
export class Operations {
  readonly #deps: ServerLifeDeps
  readonly queue: StartQueue
  readonly #running = new Map<string, Operation>()
  /** What other hubs were in the middle of when this one looked last, by the path of the server. */
  others: ReadonlyMap<string, ServerId> = new Map()

  constructor(deps: ServerLifeDeps) {
    this.#deps = deps
    this.queue = new StartQueue(() => deps.settings().starts)
  }

  of(id: ServerId): Operation | undefined {
    return this.#running.get(keyOf(id))
  }

  all(): readonly Operation[] {
    return [...this.#running.values()]
  }

  /** Brings a `spawning` server up when its turn comes, beside whoever asked for it. */
  launch(server: Server): void {
    const progress = new ProgressLog()
    const cancel = new AbortController()
    this.run(server, { is: 'starting', progress, cancel }, async () => {
      try {
        await launch(this.#deps, this.queue, server, { progress, cancel: cancel.signal })
      } catch (error) {
        // The row could not be written; it tells later how this ended, when the start has been taken up again.
        void this.attempt(`following the server of ${server.id.user}`, () =>
          followRow(this.#deps, server.id, progress),
        )
        throw error
      }
    })
  }

  run(
    server: Server,
    operation: Omit<Operation, 'done' | 'id' | 'publicId'>,
    work: () => Promise<void>,
  ): void {
    const key = keyOf(server.id)
    const done = this.attempt(`${operation.is} the server of ${server.id.user}`, work).finally(
      () => {
        if (this.#running.get(key)?.progress === operation.progress) this.#running.delete(key)
      },
    )
    const { id, publicId } = server
    this.#running.set(key, { ...operation, id, publicId, done })
  }

  /** Does what nobody waits for: what goes wrong is said, and tried again by the next look. */
  async attempt(doing: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#deps.events.troubled(doing, error)
    }
  }
}

const keyOf = ({ user, name }: ServerId) => `${user}/${name}`
