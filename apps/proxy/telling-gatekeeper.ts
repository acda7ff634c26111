import type { Refusal } from '#core/forwarding/answers.ts'
import { Gatekeeper, type GatekeeperOptions } from '#core/forwarding/gatekeeper.ts'
import type { Peer, RequestHead } from '#core/forwarding/message.ts'
import type { ForwardingRoute } from '#core/forwarding/routes.ts'

/** One line in so many milliseconds: whoever is refused comes again. */
const EVERY_MS = 60_000

/** A gatekeeper that tells the operator, once a minute, that somebody meets a limit: often it is a proxy in front that nobody has named. */
export class TellingGatekeeper extends Gatekeeper {
  readonly #now: () => number
  readonly #say: (line: string) => void
  #next = -Infinity

  constructor(options: GatekeeperOptions, say: (line: string) => void) {
    super(options)
    this.#now = options.now
    this.#say = say
  }

  override connected(peer: Peer): Refusal | undefined {
    return this.#told(peer, super.connected(peer))
  }

  override entering(head: RequestHead, route: ForwardingRoute): Refusal | undefined {
    return this.#told(head.peer, super.entering(head, route))
  }

  #told({ address }: Peer, refusal: Refusal | undefined): Refusal | undefined {
    if (refusal === undefined || this.#now() < this.#next) return refusal
    this.#next = this.#now() + EVERY_MS
    this.#say(
      `${address} is refused (${refusal.status}): ${refusal.message} A proxy in front of this one is named by --trusted-proxy; limits are listed by --help.`,
    )
    return refusal
  }
}
