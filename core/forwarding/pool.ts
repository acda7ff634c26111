import { BackConnection, type Keeper } from './back-connection.ts'
import type { ClientTls } from './forwarding-options.ts'
import type { Limits } from './limits.ts'
import { openTarget } from './open-target.ts'
import type { Target } from './target.ts'
import type { TimeLimits } from './time-limits.ts'

export interface PoolOptions {
  readonly limits: Limits
  readonly times: TimeLimits
  readonly clientTls: ClientTls
}

/**
 * The connections to one target. Those that wait for the next request were checked when they were opened, and are only ever used for
 * the target that they were opened for.
 */
export class Pool implements Keeper {
  readonly #target: Target
  readonly #options: PoolOptions
  readonly #forgotten: () => void
  readonly #all = new Set<BackConnection>()
  /** Nothing is open any more, and whoever asks for the target gets another pool. */
  isForgotten = false
  /** The last that was used is the next: the others may then end quietly. */
  readonly #idle: BackConnection[] = []

  /** @param forgotten called when nothing is open any more */
  constructor(target: Target, options: PoolOptions, forgotten: () => void) {
    this.#target = target
    this.#options = options
    this.#forgotten = forgotten
  }

  /** One that waits, or a new one. @throws as `openTarget` */
  take(): BackConnection {
    for (;;) {
      const idle = this.#idle.pop()
      if (idle === undefined) return this.open()
      if (!idle.socket.destroyed) return idle
    }
  }

  /** A new one. @throws as `openTarget` */
  open(): BackConnection {
    const { limits, times, clientTls } = this.#options
    try {
      const socket = openTarget(this.#target, clientTls)
      const connection = new BackConnection(socket, this, { limits, times })
      this.#all.add(connection)
      return connection
    } finally {
      this.#forgetIfEmpty()
    }
  }

  get size(): number {
    return this.#all.size
  }

  release(connection: BackConnection): void {
    if (this.#idle.length < this.#options.limits.idlePerTarget) this.#idle.push(connection)
    else connection.socket.destroy()
  }

  forget(connection: BackConnection): void {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#forgetIfEmpty()
  }

  #forgetIfEmpty(): void {
    if (this.#all.size > 0) return
    this.isForgotten = true
    this.#forgotten()
  }

  close(): void {
    for (const connection of this.#all) connection.abandon()
  }
}

/** The connections to all targets. */
export class Pools {
  readonly #options: PoolOptions
  /** Equal targets of different routes share connections. */
  readonly #byKey = new Map<string, Pool>()
  /** So that the key is not made for every request. */
  readonly #byTarget = new WeakMap<Target, Pool>()

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** For how many targets something is open. */
  get size(): number {
    return this.#byKey.size
  }

  of(target: Target): Pool {
    const known = this.#byTarget.get(target)
    return known && !known.isForgotten ? known : this.#add(target)
  }

  /** Every start of a server is another target: a pool in which nothing is open is made anew when it is asked for again. */
  #add(target: Target): Pool {
    const key = JSON.stringify(target)
    const pool =
      this.#byKey.get(key) ?? new Pool(target, this.#options, () => this.#byKey.delete(key))
    this.#byKey.set(key, pool)
    this.#byTarget.set(target, pool)
    return pool
  }

  close(): void {
    for (const pool of this.#byKey.values()) pool.close()
  }
}
