/** How many starts go on at one time; `perPerson` 0: as many of one person as of all. */
export interface StartLimits {
  readonly atOnce: number
  readonly perPerson: number
}

/** One start's place in the line, and then its turn. */
export interface StartTurn {
  /** Resolves when the start may begin; never, when it leaves before. */
  readonly come: Promise<void>
  /** Whether it may begin. Asking lets it in where a limit has been raised. */
  mayBegin(): boolean
  /** How many starts get their turn before this one, as long as no person's limit holds one of them up. */
  before(): number
  /** The start is over, or given up: its place is free. Twice is fine. */
  leave(): void
}

interface Waiting {
  readonly person: string
  readonly go: () => void
}

/**
 * The line of starts. People take turns: whoever starts a hundred servers at once waits longer for his last, and nobody else
 * waits longer for his first. Within one person's, first come, first served.
 */
export class StartQueue {
  readonly #limits: () => StartLimits
  /** People in the order of their turns; whoever had one goes to the end. Only such as wait. */
  readonly #lines = new Map<string, Waiting[]>()
  readonly #begun = new Map<string, number>()
  #running = 0
  #places: ReadonlyMap<Waiting, number> | undefined

  constructor(limits: () => StartLimits) {
    this.#limits = limits
  }

  get waiting(): number {
    return [...this.#lines.values()].reduce((sum, { length }) => sum + length, 0)
  }

  enter(person: string): StartTurn {
    const { promise, resolve } = Promise.withResolvers<void>()
    let is: 'waiting' | 'begun' | 'over' = 'waiting'
    const waiting: Waiting = {
      person,
      go: () => {
        is = 'begun'
        resolve()
      },
    }
    const line = this.#lines.get(person) ?? []
    this.#lines.set(person, [...line, waiting])
    this.#places = undefined
    this.#letIn()
    return {
      come: promise,
      mayBegin: () => {
        if (is === 'waiting') this.#letIn()
        return is === 'begun'
      },
      before: () => (is === 'waiting' ? this.#placeOf(waiting) : 0),
      leave: () => {
        if (is === 'begun') this.#end(person)
        if (is === 'waiting') this.#remove(waiting)
        is = 'over'
        this.#letIn()
      },
    }
  }

  /** As many as there is room for. */
  #letIn(): void {
    while (this.#running < this.#limits().atOnce) {
      const next = this.#next()
      if (!next) return
      const [person, [first, ...rest]] = next
      // Deleted and set anew: at the end of the turns.
      this.#lines.delete(person)
      this.#places = undefined
      if (rest.length > 0) this.#lines.set(person, rest)
      this.#running++
      this.#begun.set(person, (this.#begun.get(person) ?? 0) + 1)
      first.go()
    }
  }

  #next(): [string, [Waiting, ...Waiting[]]] | undefined {
    const { perPerson } = this.#limits()
    for (const [person, [first, ...rest]] of this.#lines) {
      if (first && (perPerson === 0 || (this.#begun.get(person) ?? 0) < perPerson))
        return [person, [first, ...rest]]
    }
    return undefined
  }

  #end(person: string): void {
    this.#running--
    const left = (this.#begun.get(person) ?? 1) - 1
    if (left > 0) this.#begun.set(person, left)
    else this.#begun.delete(person)
  }

  #remove(waiting: Waiting): void {
    this.#places = undefined
    const left = (this.#lines.get(waiting.person) ?? []).filter((other) => other !== waiting)
    if (left.length > 0) this.#lines.set(waiting.person, left)
    else this.#lines.delete(waiting.person)
  }

  /** Counted for all at once, since each change moves all. */
  #placeOf(waiting: Waiting): number {
    this.#places ??= placesIn([...this.#lines.values()])
    return this.#places.get(waiting) ?? 0
  }
}

function placesIn(lines: readonly (readonly Waiting[])[]): ReadonlyMap<Waiting, number> {
  const places = new Map<Waiting, number>()
  let left = lines
  for (let round = 0; left.length > 0; round++) {
    left = left.filter(({ length }) => length > round)
    for (const line of left) {
      const waiting = line[round]
      if (waiting) places.set(waiting, places.size)
    }
  }
  return places
}
