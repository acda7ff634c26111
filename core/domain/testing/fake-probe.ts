import type { ServerProbe } from '../servers/server-probe.ts'
import type { ServerAddress } from '../servers/server.ts'

/** A probe to which servers answer at once, or when they are told to, or never. */
export class FakeProbe implements ServerProbe {
  readonly #answersAtOnce: boolean
  readonly #answering = new Set<string>()
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor({ answers }: { readonly answers: 'at once' | 'when told' } = { answers: 'at once' }) {
    this.#answersAtOnce = answers === 'at once'
  }

  async untilAnswering(address: ServerAddress, _: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const key = keyOf(address)
    if (this.#answersAtOnce || this.#answering.has(key)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(wake))
    signal.addEventListener('abort', wake)
    await promise
    waiting.delete(wake)
    signal.removeEventListener('abort', wake)
    signal.throwIfAborted()
  }

  /** The server at this address answers from now on. */
  answer(address: ServerAddress): void {
    const key = keyOf(address)
    this.#answering.add(key)
    for (const wake of this.#waiting.get(key) ?? []) wake()
  }

  /** How many are waiting for a server. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0)
  }
}

function keyOf(address: ServerAddress): string {
  return JSON.stringify(address)
}
