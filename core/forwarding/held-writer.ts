import type { Socket } from 'node:net'

/** Pieces up to this size are put behind what is held back, so that they go in one write; larger ones are not copied. */
const SMALL = 8 * 1024
/** So much is held back at most. */
const MOST_HELD = 64 * 1024

/**
 * Writes to a socket what belongs together at once: a head and the first piece of its body, the pieces that came in one read and the
 * end. Text is what stands in heads and between chunks; its characters are bytes (latin1).
 */
export class HeldWriter {
  readonly #socket: Socket
  #held = ''

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get isEmpty(): boolean {
    return this.#held === ''
  }

  text(text: string): void {
    this.#held += text
  }

  /**
   * @param isOwn nobody else has the piece: what it takes is given back as soon as the kernel has it
   * @returns false when the socket takes no more for now
   */
  piece(piece: Buffer, isOwn = false): boolean {
    if (piece.length <= SMALL && this.#held.length < MOST_HELD) {
      this.#held += piece.toString('latin1')
      return !this.#socket.writableNeedDrain
    }
    const isRoom = this.#held === '' ? this.#socket.write(piece) : this.#writeBoth(piece)
    if (isOwn && this.#socket.writableLength === 0) free(piece)
    return isRoom
  }

  /** In one system call. */
  #writeBoth(piece: Buffer): boolean {
    this.#socket.cork()
    this.#socket.write(this.#held, 'latin1')
    const isRoom = this.#socket.write(piece)
    this.#socket.uncork()
    this.#held = ''
    return isRoom
  }

  /** Also between pieces: what a chunk is framed with goes with its piece. @returns as `piece` */
  chunk(piece: Buffer, isOwn = false): boolean {
    this.#held += `${piece.length.toString(16)}\r\n`
    const isRoom = this.piece(piece, isOwn)
    this.#held += '\r\n'
    return isRoom
  }

  flush(): void {
    if (this.#held === '') return
    const held = this.#held
    this.#held = ''
    this.#socket.write(held, 'latin1')
  }
}

/**
 * The parser takes 64 KiB from the allocator for every piece, and the collector, which sees only the small object before it, comes for
 * them when there are a hundred MiB of them: memory that has left every cache.
 */
function free(piece: Buffer): void {
  const { buffer } = piece
  if (buffer instanceof ArrayBuffer && buffer.byteLength === piece.length) buffer.transfer(0)
}
