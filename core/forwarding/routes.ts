import { hasEncodedSlash, looserReading, readPath, readPrefix } from './request-path.ts'
import { RouteTrie } from './route-trie.ts'
import type { Target } from './target.ts'

/** Something that ends when its route does: a websocket, a stream. */
interface LiveConnection {
  close(): void
}

export interface ForwardingRoute {
  /** As it was added, without a slash at the end; `/` for the root. */
  readonly prefix: string
  readonly target: Target
  /** Whatever its owner attached to it; echoed, never read here. */
  readonly data: Readonly<Record<string, unknown>>
  readonly live: Set<LiveConnection>
  lastActivity: Date
}

/** Prefixes and their targets; whatever has no route goes to the default target. */
export class Routes {
  readonly #trie = new RouteTrie<ForwardingRoute>()
  readonly #all = new Map<string, ForwardingRoute>()
  readonly #fallback: ForwardingRoute | undefined

  constructor(fallback: Target | undefined, now: Date) {
    this.#fallback = fallback && {
      prefix: '/',
      target: fallback,
      data: {},
      live: new Set(),
      lastActivity: now,
    }
  }

  get all(): Iterable<ForwardingRoute> {
    return this.#all.values()
  }

  get(prefix: string): ForwardingRoute | undefined {
    return this.#all.get(keyOf(prefix))
  }

  /** Adds or replaces; a replaced target's live connections are closed. */
  set(
    prefix: string,
    target: Target,
    { data, now }: { readonly data: Readonly<Record<string, unknown>>; readonly now: Date },
  ): void {
    const before = this.get(prefix)
    const same = before !== undefined && JSON.stringify(before.target) === JSON.stringify(target)
    if (before && !same) closeAll(before)
    const route = {
      prefix: shown(prefix),
      target,
      data,
      live: same ? before.live : new Set<LiveConnection>(),
      lastActivity: now,
    }
    this.#all.set(keyOf(prefix), route)
    this.#trie.set(readPrefix(prefix), route)
  }

  /** Removes it and closes its live connections. @returns how many; undefined when there is no such route */
  delete(prefix: string): number | undefined {
    const route = this.#all.get(keyOf(prefix))
    if (!route) return undefined
    this.#all.delete(keyOf(prefix))
    this.#trie.delete(readPrefix(prefix))
    return closeAll(route)
  }

  /** Where a request's path leads: a route, nowhere, or that it must be refused. */
  find(requestTarget: string): ForwardingRoute | 'nowhere' | 'refused' {
    const segments = readPath(requestTarget)
    if (!segments) return 'refused'
    const found = this.#trie.find(segments) ?? this.#fallback
    if (hasEncodedSlash(requestTarget)) {
      const other = this.#trie.find(looserReading(segments)) ?? this.#fallback
      if (other !== found) return 'refused'
    }
    return found ?? 'nowhere'
  }
}

function closeAll({ live }: ForwardingRoute): number {
  const count = live.size
  for (const connection of live) connection.close()
  live.clear()
  return count
}

const keyOf = (prefix: string) => JSON.stringify(readPrefix(prefix))
const shown = (prefix: string) => `/${prefix.replaceAll(/^\/+|\/+$/g, '')}`
