/** Why a live connection is closed: its route goes, whoever opened it may no longer come in, or the proxy ends. */
export type CloseReason = 'route gone' | 'access ended' | 'restart'

/** Something that ends when its route does: a websocket, a stream, an upload. */
export interface LiveConnection {
  /** A websocket, which does not end by itself as requests do. */
  readonly isWebsocket: boolean
  close(why: CloseReason): void
  /** Fingerprints of what it was opened with. */
  credentials(): readonly string[]
  /** The list's own. */
  before?: LiveConnection | undefined
  after?: LiveConnection | undefined
}

/**
 * The live connections of one route. A list that runs through them, not a set: every request is added and removed, and with ten
 * thousand routes ten thousand sets grew and shrank.
 */
export class LiveConnections implements Iterable<LiveConnection> {
  #first: LiveConnection | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** One that is in no list. */
  add(connection: LiveConnection): void {
    const first = this.#first
    connection.after = first
    if (first) first.before = connection
    this.#first = connection
    this.#size++
  }

  /** Does nothing for one that is not in it. */
  delete(connection: LiveConnection): void {
    const { before, after } = connection
    if (before) before.after = after
    else if (this.#first === connection) this.#first = after
    else return
    if (after) after.before = before
    connection.before = undefined
    connection.after = undefined
    this.#size--
  }

  clear(): void {
    for (const connection of this) this.delete(connection)
  }

  /** Those that are in it now, whatever becomes of them meanwhile. */
  *[Symbol.iterator](): Iterator<LiveConnection> {
    const all: LiveConnection[] = []
    for (let each = this.#first; each; each = each.after) all.push(each)
    yield* all
  }
}
