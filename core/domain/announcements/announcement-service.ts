import type { Clock } from '#core/base/clock.ts'
import { plainText } from '#core/base/plain-text.ts'

import { HubError } from '../errors.ts'
import type { Announcement, AnnouncementStore } from './announcement.ts'

const LONGEST = 2000

export interface AnnouncementDeps {
  readonly store: AnnouncementStore
  readonly clock: Clock
  /** Told whenever people who are signed in are to see another one, or none. */
  readonly changed?: (announcement: Announcement | undefined) => void
}

/**
 * What everybody is told. Every page shows it, so it is kept at hand, and compared with the store every few seconds (`refresh`):
 * another hub may have changed it.
 */
export class AnnouncementService {
  readonly #deps: AnnouncementDeps
  #known: Announcement | undefined

  constructor(deps: AnnouncementDeps) {
    this.#deps = deps
  }

  /** The one that is in force; undefined when there is none, or its time is over. */
  current(): Announcement | undefined {
    const { until = null } = this.#known ?? {}
    return until !== null && until <= this.#deps.clock.now() ? undefined : this.#known
  }

  /** As `current`, as far as somebody is to see it who is signed in, or is not. */
  shownTo({ signedIn }: { readonly signedIn: boolean }): Announcement | undefined {
    const found = this.current()
    return found?.where === (signedIn ? 'login' : 'home') ? undefined : found
  }

  async refresh(): Promise<void> {
    this.#take(await this.#deps.store.get())
  }

  /** @throws HubError `invalid` for an empty or very long text, and for a time that is over */
  async set(wanted: Omit<Announcement, 'setAt'>): Promise<Announcement> {
    const { store, clock } = this.#deps
    const text = plainText(wanted.text).trim()
    if (text === '') throw new HubError('invalid', 'an announcement needs a text')
    if (text.length > LONGEST)
      throw new HubError('invalid', `an announcement has at most ${LONGEST} characters`)
    if (wanted.until !== null && wanted.until <= clock.now())
      throw new HubError('invalid', 'the announcement would be over already: until is in the past')
    const announcement = { ...wanted, text, setAt: clock.now() }
    await store.put(announcement)
    this.#take(announcement)
    return announcement
  }

  async clear(): Promise<void> {
    await this.#deps.store.clear()
    this.#take(undefined)
  }

  #take(now: Announcement | undefined): void {
    const before = this.#known
    this.#known = now
    if (before?.setAt.getTime() !== now?.setAt.getTime())
      this.#deps.changed?.(this.shownTo({ signedIn: true }))
  }
}
