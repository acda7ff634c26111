import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Tries are at least this far apart: whoever owns the directory could otherwise keep us busy by touching files. */
const LEAST_MS = 5

/** Tells when there may be something new at a socket's path. Without a path, or where nothing can be watched, time has to do. */
export class SocketWatch {
  readonly #path: string | undefined
  #watcher: FSWatcher | undefined
  #isNew = false
  #wake: () => void = () => undefined

  constructor(path: string | undefined) {
    this.#path = path
    this.#watch()
  }

  /** Resolves when the path has changed since it was last asked, or after `ms`; rejects when `signal` aborts. */
  async changed(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#watcher) this.#watch()
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake)
    this.#wake = wake
    try {
      await delay(LEAST_MS)
      if (!this.#isNew && !signal.aborted) await promise
      signal.throwIfAborted()
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      this.#isNew = false
    }
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #watch(): void {
    if (this.#path === undefined) return
    const name = basename(this.#path)
    try {
      this.#watcher = watch(dirname(this.#path), (_, changed) => {
        if (changed !== null && changed !== name) return
        this.#isNew = true
        this.#wake()
      })
      this.#watcher.on('error', () => this.close())
    } catch {
      // The directory is not there yet, or the system watches as much as it can.
      this.#watcher = undefined
    }
  }
}
