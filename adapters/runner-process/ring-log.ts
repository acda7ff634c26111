import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** A log grows to this, is then kept beside as `.1`, and begun anew. */
const MOST_BYTES = 512 * 1024

/** A log that takes up a bounded part of the disk, however much is said. Readable for its owner alone. */
export class RingLog {
  readonly #file: string
  #descriptor: number
  #size: number

  constructor(file: string) {
    this.#file = file
    this.#descriptor = open(file)
    this.#size = fstatSync(this.#descriptor).size
  }

  /** A disk that is full costs the line, and not the service. */
  write(chunk: Buffer): void {
    try {
      if (this.#size + chunk.length > MOST_BYTES) this.#turn()
      this.#size += writeSync(this.#descriptor, chunk.subarray(0, MOST_BYTES))
    } catch {
      this.#size = MOST_BYTES
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #turn(): void {
    renameSync(this.#file, `${this.#file}.1`)
    const next = open(this.#file)
    closeSync(this.#descriptor)
    this.#descriptor = next
    this.#size = 0
  }
}

function open(file: string): number {
  const { O_CREAT, O_APPEND, O_WRONLY, O_NOFOLLOW } = constants
  return openSync(file, O_CREAT | O_APPEND | O_WRONLY | O_NOFOLLOW, 0o600)
}
