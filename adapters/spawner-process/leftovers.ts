import { readdirSync } from 'node:fs'

import { isPublicId } from './paths.ts'

/** How often the folders are looked through, and how long a server must have been gone: its log is read before. */
const LOOK_MS = 60_000
const GONE_MS = 600_000

/**
 * Finds what servers left in a hub's folders that another hub on the same database has stopped: that one cleans up in its own
 * folders alone.
 */
export class Leftovers {
  readonly #folders: readonly string[]
  readonly #goneSince = new Map<string, number>()
  #last = 0

  constructor(folders: readonly string[]) {
    this.#folders = folders
  }

  /** The public ids of which something is left and no process, for some minutes. Mostly it does nothing. */
  find(alive: ReadonlySet<string>, now: number): readonly string[] {
    if (now - this.#last < LOOK_MS) return []
    this.#last = now
    const there = new Set(this.#folders.flatMap(idsIn))
    for (const id of this.#goneSince.keys())
      if (!there.has(id) || alive.has(id)) this.#goneSince.delete(id)
    for (const id of there)
      if (!alive.has(id) && !this.#goneSince.has(id)) this.#goneSince.set(id, now)
    return [...this.#goneSince].filter(([, since]) => now - since >= GONE_MS).map(([id]) => id)
  }
}

/** Folders are named by the id, logs by the id and `.log`. */
function idsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .map((name) => name.replace(/\.log$/, ''))
      .filter(isPublicId)
  } catch {
    // It is made with the first server.
    return []
  }
}
