import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import { HubError } from '#core/domain/errors.ts'
import type { HomeStore } from '#core/domain/users/home-store.ts'

import { homeName } from './paths.ts'

/** The folders that the process spawner keeps people's files in. */
export class ProcessHomes implements HomeStore {
  readonly #folder: string

  constructor({ homesDir }: { readonly homesDir: string }) {
    this.#folder = homesDir
  }

  async exists(home: string): Promise<boolean> {
    return existsSync(this.#pathOf(home))
  }

  /** To `NAME+removed-DATE` beside it, which is nobody's folder (`homeName`), with a number when that is there already. */
  async setAside(home: string, at: Date): Promise<void> {
    const from = this.#pathOf(home)
    if (!existsSync(from)) return
    const aside = `${from}+removed-${at.toISOString().slice(0, 10)}`
    let to = aside
    for (let next = 2; existsSync(to); next++) to = `${aside}-${next}`
    try {
      renameSync(from, to)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new HubError('unavailable', `The old files cannot be moved aside: ${why}`, { cause })
    }
  }

  #pathOf(home: string): string {
    return join(this.#folder, homeName(home))
  }
}
