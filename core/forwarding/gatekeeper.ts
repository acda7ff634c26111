import { addressPrefix } from '#core/base/address-prefix.ts'
import { clientAddress } from '#core/base/client-address.ts'

import type { Refusal } from './answers.ts'
import type { Gate } from './gate.ts'
import { headerOf, type Peer, type RequestHead } from './message.ts'
import type { ReadResponse } from './read-head.ts'
import { readPath } from './request-path.ts'
import type { ForwardingRoute } from './routes.ts'
import { SignInFailures } from './sign-in-failures.ts'

/** How many at once; 0: no limit. An address is one of IPv4, or a /64 of IPv6. */
export interface CrowdLimits {
  /** Clients' connections in all. */
  readonly connections: number
  /**
   * Connections of one address. A proxy in front that is believed has no limit of its own: its clients' requests count, for the
   * addresses that it tells.
   */
  readonly connectionsPerAddress: number
  /** Requests and websockets under way on one route. Where everything goes that no route takes has no limit but that of all connections. */
  readonly connectionsPerRoute: number
  /** Failed sign-ins of one address within a quarter of an hour, as the hub counts them. */
  readonly failedSignIns: number
}

/** A class room behind one address is 200 people with some ten connections each. */
export const DEFAULT_CROWD: CrowdLimits = {
  connections: 20_000,
  connectionsPerAddress: 2500,
  connectionsPerRoute: 1000,
  failedSignIns: 100,
}

export interface GatekeeperOptions {
  readonly limits: CrowdLimits
  /** Whether the address is that of a proxy in front whose word on addresses is believed. */
  readonly isTrusted: (address: string) => boolean
  /** Whether the route leads to the hub, whose word on sign-ins is believed. */
  readonly isHub: (route: ForwardingRoute) => boolean
  /** Milliseconds, of a clock that never goes back. */
  readonly now: () => number
}

/** What the hub says in `Bulkhead-Sign-In` of a try to sign in that failed. */
const FAILED = 'failed'
/** The hub's cookie for browsers that somebody has signed in with. */
const KNOWN_BROWSER = 'bulkhead-known-browser='
/** Paths that the hub has spoken of as places to sign in: more than one hub has. */
const MOST_PATHS = 16

/** Counts who is in. Everything here is bounded by the connections that are open, and by the bounds of `SignInFailures`. */
export class Gatekeeper implements Gate {
  readonly #options: GatekeeperOptions
  readonly #failures: SignInFailures
  #open = 0
  readonly #connections = new Map<string, number>()
  /** Requests that are under way by proxies in front, by the addresses that those tell. */
  readonly #told = new Map<string, number>()
  readonly #signInPaths = new Set<string>()
  /** Tries that were counted as failures before they were answered. */
  readonly #counted = new WeakSet<RequestHead>()

  constructor(options: GatekeeperOptions) {
    this.#options = options
    this.#failures = new SignInFailures(options.limits.failedSignIns, options.now)
  }

  connected({ address, trusted }: Peer): Refusal | undefined {
    const { connections, connectionsPerAddress } = this.#options.limits
    if (connections > 0 && this.#open >= connections)
      return {
        status: 503,
        reason: 'limit',
        message: 'There are too many connections at the moment.',
        retryAfter: 5,
      }
    // A unix socket tells no address.
    if (!trusted && address !== '') {
      if (!enter(this.#connections, addressPrefix(address), connectionsPerAddress))
        return tooManyFromHere()
    }
    this.#open++
    return undefined
  }

  disconnected({ address, trusted }: Peer): void {
    this.#open--
    if (!trusted && address !== '') leave(this.#connections, addressPrefix(address))
  }

  whose({ peer, headers }: RequestHead): string {
    return peer.trusted
      ? clientAddress(toldIn(headers), peer.address, this.#options.isTrusted)
      : peer.address
  }

  entering(head: RequestHead, route: ForwardingRoute): Refusal | undefined {
    const { limits, isHub } = this.#options
    if (!isHub(route)) {
      if (limits.connectionsPerRoute > 0 && route.live.size >= limits.connectionsPerRoute)
        return {
          status: 503,
          reason: 'limit',
          message: 'This server has too many connections at the moment.',
          retryAfter: 5,
        }
    } else if (head.method === 'POST') {
      const refusal = this.#signingIn(head)
      if (refusal) return refusal
    }
    if (!head.peer.trusted) return undefined
    const client = this.whose(head)
    // A proxy in front that tells no address speaks for all who are behind it.
    if (this.#options.isTrusted(client)) return undefined
    return enter(this.#told, addressPrefix(client), limits.connectionsPerAddress)
      ? undefined
      : tooManyFromHere()
  }

  answered(head: RequestHead, route: ForwardingRoute, { signIn }: ReadResponse): void {
    // Nearly every answer.
    if (signIn === '' && (this.#failures.size === 0 || !this.#counted.has(head))) return
    if (!this.#options.isHub(route)) return
    const client = this.#bucketOf(head)
    if (signIn !== FAILED) {
      if (this.#counted.has(head)) this.#failures.takeBack(client)
      return
    }
    if (this.#signInPaths.size < MOST_PATHS) this.#signInPaths.add(pathOf(head))
    if (!this.#counted.has(head)) this.#failures.add(client)
  }

  left(whose: string, { trusted }: Peer): void {
    if (trusted && !this.#options.isTrusted(whose)) leave(this.#told, addressPrefix(whose))
  }

  /**
   * What a failure counts for: an address, and apart from it those there whose browser says that somebody has signed in with it before.
   * Whoever guesses behind the same address, and does not go so far as to say that, does not hold these up. It is for the hub to
   * see whether it is true.
   */
  #bucketOf(head: RequestHead): string {
    const address = addressPrefix(this.whose(head))
    const isKnown = (headerOf(head.headers, 'cookie') ?? '').includes(KNOWN_BROWSER)
    return isKnown ? `${address} known` : address
  }

  /** A try to sign in: whoever failed too often waits, before the hub spends anything on him. */
  #signingIn(head: RequestHead): Refusal | undefined {
    if (this.#failures.size === 0 || !this.#signInPaths.has(pathOf(head))) return undefined
    const client = this.#bucketOf(head)
    const wait = this.#failures.waitS(client)
    if (wait > 0)
      return {
        status: 429,
        reason: 'sign_in',
        message: `Too many tries to sign in have failed from your address. The next one is possible in ${wait} s.`,
        retryAfter: wait,
      }
    // Many at once cannot all slip under the limit.
    if (this.#failures.hasMany(client)) {
      this.#failures.add(client)
      this.#counted.add(head)
    }
    return undefined
  }
}

function tooManyFromHere(): Refusal {
  return {
    status: 429,
    reason: 'limit',
    message: 'Too many connections are open from your address.',
    retryAfter: 5,
  }
}

/** @returns whether there is room for one more; it is taken */
function enter(counts: Map<string, number>, key: string, most: number): boolean {
  const count = counts.get(key) ?? 0
  if (most > 0 && count >= most) return false
  counts.set(key, count + 1)
  return true
}

function leave(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 0) - 1
  if (left > 0) counts.set(key, left)
  else counts.delete(key)
}

/** The addresses in all `X-Forwarded-For` headers, taken together. */
function toldIn(headers: readonly string[]): string[] {
  const told: string[] = []
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === 'x-forwarded-for')
      told.push(...(headers[i + 1] ?? '').split(','))
  return told
}

/** However it is written: a path counts by its decoded segments. */
function pathOf({ target }: RequestHead): string {
  return (readPath(target) ?? []).join('/')
}
