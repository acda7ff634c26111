import type { Socket } from 'node:net'

import type { TimeLimits } from './time-limits.ts'

/** Whether a client takes what waits for it (slow read): looked at now and then, so that a write costs nothing. */
export class WriteWatch {
  readonly #socket: Socket
  readonly #times: TimeLimits
  readonly #stallMs: number
  #unsent = 0
  #until = Infinity

  constructor(socket: Socket, times: TimeLimits, stallMs: number) {
    this.#socket = socket
    this.#times = times
    this.#stallMs = stallMs
  }

  /** @returns true when nothing has been taken for too long */
  isStalled(now: number): boolean {
    const { writableLength } = this.#socket
    if (writableLength === 0) this.#until = Infinity
    else if (this.#until === Infinity || writableLength !== this.#unsent)
      this.#until = this.#times.in(this.#stallMs)
    this.#unsent = writableLength
    return now >= this.#until
  }
}
