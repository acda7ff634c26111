import type { Clock } from '#core/base/clock.ts'

import { HubError } from '../errors.ts'
import type { User } from '../users/user.ts'
import { Pace } from './pace.ts'
import type { ServerStore } from './server-store.ts'
import { limitOf, type ServerSettings } from './server-settings.ts'

interface AdmissionDeps {
  readonly servers: Pick<ServerStore, 'countActive'>
  readonly settings: () => ServerSettings
  readonly clock: Clock
}

/** Whether there is room for one more running server, of all and of a person's. */
export class Admission {
  readonly #deps: AdmissionDeps
  readonly #ends = new Pace()
  #last: Promise<unknown> = Promise.resolve()

  constructor(deps: AdmissionDeps) {
    this.#deps = deps
  }

  /** A server has ended: its place is free. */
  noteEnd(): void {
    this.#ends.note(this.#deps.clock.now())
  }

  /**
   * Runs `begin`, which takes a place. Where places are limited one comes after the other, so that two do not take the last.
   * (Of two hubs on one database each keeps its own order: then a limit can be passed by one.)
   * @throws HubError `too_many`, with the time to wait as far as it is known
   */
  admit<T>(user: User, begin: () => Promise<T>): Promise<T> {
    const { limits } = this.#deps.settings()
    const own = limitOf(limits, 'activePerPerson', user.groups)
    if (limits.active === 0 && own === Infinity) return begin()
    const admitted = this.#last.then(async () => {
      await this.#checkRoom(user, limits.active === 0 ? Infinity : limits.active, own)
      return begin()
    })
    this.#last = admitted.catch(() => undefined)
    return admitted
  }

  async #checkRoom({ name }: User, most: number, mostOwn: number): Promise<void> {
    const { servers, clock } = this.#deps
    const active = await servers.countActive(name)
    if (active.own >= mostOwn)
      throw new HubError(
        'too_many',
        `${name} has ${active.own} running servers, as many as are allowed; stop one first`,
      )
    if (active.all < most) return
    const retryAfter = this.#ends.secondsUntil(1, clock.now())
    throw new HubError(
      'too_many',
      `${active.all} servers run, as many as this hub takes; try again when others have ended`,
      retryAfter === undefined ? {} : { retryAfter },
    )
  }
}
