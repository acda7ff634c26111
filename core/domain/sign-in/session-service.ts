import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import type { AccessEnded } from './access-ended.ts'
import type { SessionStore } from './session-store.ts'
import type { Session } from './session.ts'

export interface SessionServiceDeps {
  readonly sessions: SessionStore
  readonly ended: Pick<AccessEnded, 'ofSession' | 'ofPersonsSessions'>
  readonly clock: Clock
}

/** The browsers in which people are signed in: looked at, and signed out from afar. */
export class SessionService {
  readonly #deps: SessionServiceDeps

  constructor(deps: SessionServiceDeps) {
    this.#deps = deps
  }

  /** The youngest first. */
  listOf(userId: number): Promise<readonly Session[]> {
    return this.#deps.sessions.listOf(userId, this.#deps.clock.now())
  }

  /** Signs one browser out, wherever it is: the hub, every server, every open connection. */
  async end(id: string): Promise<void> {
    await this.#deps.ended.ofSession(id, () => this.#deps.sessions.remove(id))
  }

  /** As `end`, if it is the person's. @throws HubError `not_found` */
  async endOf(userId: number, id: string): Promise<void> {
    const own = await this.listOf(userId)
    if (!own.some((session) => session.id === id))
      throw new HubError('not_found', 'there is no such session')
    await this.end(id)
  }

  /** Signs all of a person's browsers out. Tokens that he made himself stay. */
  async endAllOf(userId: number): Promise<void> {
    await this.#deps.ended.ofPersonsSessions(userId, () => this.#deps.sessions.removeOf(userId))
  }
}
