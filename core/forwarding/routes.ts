import { fingerprintOf } from './credentials.ts'
import { EndedCredentials } from './ended-credentials.ts'
import { type CloseReason, LiveConnections } from './live-connections.ts'
import { hasEncodedSlash, looserReading, readPath, readPrefix } from './request-path.ts'
import type { RoutePolicy } from './policy.ts'
import { RouteTrie } from './route-trie.ts'
import type { Target } from './target.ts'

/** Which connections: those of one route (null: of all), and of those the ones that were opened with one of the credentials. */
export interface Which {
  readonly prefix: string | null
  /** SHA-256 in hexadecimal, whole or its first 32 digits; null: whatever they were opened with. */
  readonly credentials: readonly string[] | null
}

export interface ForwardingRoute {
  /** As it was added, decoded, without a slash at the end; `/` for the root. */
  readonly prefix: string
  readonly target: Target
  /** Whatever its owner attached to it; echoed, never read here. */
  readonly data: Readonly<Record<string, unknown>>
  /** What is taken from headers, read from the data once. */
  readonly policy: RoutePolicy | undefined
  readonly live: LiveConnections
  /** In milliseconds since the epoch: a number is set where it stands, a Date would be made for every answer. */
  lastActivity: number
  /** When something was last sent there that does more than ask how things are. */
  lastUse: number
}

/** What comes with a route. */
export interface RouteExtras {
  readonly data: Readonly<Record<string, unknown>>
  readonly policy?: RoutePolicy | undefined
  readonly now: Date
}

/** Prefixes and their targets. The route of `/`, the default target, takes whatever no other one takes. */
export class Routes {
  readonly #trie = new RouteTrie<ForwardingRoute>()
  readonly #all = new Map<string, ForwardingRoute>()
  readonly #byHost: boolean
  readonly #ended = new EndedCredentials()

  /** With `byHost` the first segment of a prefix is a host, without a port. */
  constructor(
    fallback: Target | undefined,
    now: Date,
    { byHost = false }: { readonly byHost?: boolean } = {},
  ) {
    this.#byHost = byHost
    if (fallback) this.set('/', fallback, { data: {}, now })
  }

  /** Where everything goes that no route leads elsewhere. */
  get fallback(): ForwardingRoute | undefined {
    return this.#all.get(keyOf([]))
  }

  get size(): number {
    return this.#all.size
  }

  /** Whether the first segment of a prefix is a host. */
  get byHost(): boolean {
    return this.#byHost
  }

  get all(): Iterable<ForwardingRoute> {
    return this.#all.values()
  }

  get(prefix: string): ForwardingRoute | undefined {
    return this.#all.get(keyOf(this.#segments(prefix)))
  }

  /** Adds or replaces; a replaced target's live connections are closed. */
  set(prefix: string, target: Target, { data, policy, now }: RouteExtras): void {
    const segments = this.#segments(prefix)
    const key = keyOf(segments)
    const before = this.#all.get(key)
    const same = before !== undefined && JSON.stringify(before.target) === JSON.stringify(target)
    if (before && !same) closeAll(before)
    const route = {
      prefix: shown(prefix),
      target,
      data,
      policy,
      live: same ? before.live : new LiveConnections(),
      lastActivity: now.getTime(),
      lastUse: same ? before.lastUse : now.getTime(),
    }
    this.#all.set(key, route)
    this.#trie.set(segments, route)
  }

  /** Removes it and closes its live connections. @returns how many; undefined when there is no such route */
  delete(prefix: string): number | undefined {
    const segments = this.#segments(prefix)
    const route = this.#all.get(keyOf(segments))
    if (!route) return undefined
    this.#all.delete(keyOf(segments))
    this.#trie.delete(segments)
    return closeAll(route)
  }

  /** The decoded segments of the path that a route of the prefix serves. */
  pathOf(prefix: string): readonly string[] {
    const segments = this.#segments(prefix)
    return this.#byHost ? segments.slice(1) : segments
  }

  /** Where a request leads, by its path and its host: a route, nowhere, or that it must be refused. */
  find(requestTarget: string, host: string): ForwardingRoute | 'nowhere' | 'refused' {
    const segments = readPath(requestTarget)
    if (!segments) return 'refused'
    const found = this.#look(segments, host)
    if (hasEncodedSlash(requestTarget) && this.#look(looserReading(segments), host) !== found)
      return 'refused'
    return found ?? 'nowhere'
  }

  /**
   * Closes live connections, and for some seconds lets nothing new in with the credentials. All routes are all but the default
   * one. @returns how many
   */
  close({ prefix, credentials }: Which): number {
    const one = prefix === null ? undefined : this.get(prefix)
    if (credentials) this.#ended.add(prefix === null ? null : shown(prefix), credentials)
    // What goes to the default target is not our business: the request that asked for this may be among it.
    const every = () => [...this.all].filter((route) => route !== this.fallback)
    const routes = prefix === null ? every() : one ? [one] : []
    const ended = credentials && new Set(credentials.map(fingerprintOf))
    let count = 0
    for (const route of routes) {
      for (const connection of route.live) {
        if (ended && !connection.credentials().some((each) => ended.has(each))) continue
        route.live.delete(connection)
        connection.close('access ended')
        count++
      }
    }
    return count
  }

  /** Whether a request for the route shows a credential that has just ended. What no route takes is not our business. */
  isEnded(route: ForwardingRoute, credentials: () => readonly string[]): boolean {
    if (this.#ended.isEmpty || route === this.fallback) return false
    return this.#ended.has(route.prefix, credentials())
  }

  /** Closes every websocket: the proxy ends. */
  closeWebsockets(): void {
    for (const { live } of this.#all.values())
      for (const connection of live) if (connection.isWebsocket) connection.close('restart')
  }

  /** Closes every live connection: the proxy ends. */
  closeAll(): void {
    for (const route of this.#all.values()) closeAll(route, 'restart')
  }

  #look(segments: readonly string[], host: string): ForwardingRoute | undefined {
    return this.#trie.find(this.#byHost ? [host, ...segments] : segments)
  }

  /** The segments of a prefix, which is decoded; a host's case does not count. */
  #segments(prefix: string): readonly string[] {
    const [first, ...rest] = readPrefix(prefix)
    if (first === undefined) return []
    return [this.#byHost ? first.toLowerCase() : first, ...rest]
  }
}

function closeAll({ live }: ForwardingRoute, why: CloseReason = 'route gone'): number {
  const count = live.size
  for (const connection of live) connection.close(why)
  live.clear()
  return count
}

const keyOf = (segments: readonly string[]) => JSON.stringify(segments)
const shown = (prefix: string) => `/${prefix.replaceAll(/^\/+|\/+$/g, '')}`
