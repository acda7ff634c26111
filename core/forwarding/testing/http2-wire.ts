import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/** HTTP/2 as bytes, so that what no client library sends can be sent (RFC 9113 section 6, RFC 7541 section 6.2.2). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const

export const END_STREAM = 1
const ACK = 1
export const END_HEADERS = 4
const PADDED = 8

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** `length` in place of the true one, where a test lies about it. */
export function frame(
  type: number,
  { flags = 0, stream = 0, length }: { flags?: number; stream?: number; length?: number } = {},
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length ?? payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export type Fields = readonly (readonly [string, string])[]

/** Fields as literals that are never indexed, without Huffman's code: any byte can be said. */
export function block(fields: Fields): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0x10]), text(name), text(value)]),
  )
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([prefixed(bytes.length), bytes])
}

/** RFC 7541 section 5.1, with a prefix of seven bits. */
function prefixed(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

export function headers(stream: number, fields: Fields, flags = END_STREAM | END_HEADERS): Buffer {
  return frame(FRAME.headers, { flags, stream }, block(fields))
}

export function data(stream: number, text: string, flags = 0): Buffer {
  return frame(FRAME.data, { flags, stream }, Buffer.from(text, 'latin1'))
}

export function paddedData(stream: number, text: string, padding: number, flags = 0): Buffer {
  const payload = Buffer.concat([
    Buffer.from([padding]),
    Buffer.from(text, 'latin1'),
    Buffer.alloc(padding),
  ])
  return frame(FRAME.data, { flags: flags | PADDED, stream }, payload)
}

export function reset(stream: number, code: number): Buffer {
  return frame(FRAME.reset, { stream }, number32(code))
}

export function windowUpdate(stream: number, by: number): Buffer {
  return frame(FRAME.window, { stream }, number32(by))
}

/** Settings by their numbers. */
export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = pairs.map(([id, value]) => {
    const pair = Buffer.alloc(6)
    pair.writeUInt16BE(id, 0)
    pair.writeUInt32BE(value, 2)
    return pair
  })
  return frame(FRAME.settings, {}, Buffer.concat(payload))
}

const settingsAck = frame(FRAME.settings, { flags: ACK })

export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A client that sends what it is told, and keeps what it receives. */
export class RawHttp2 {
  readonly frames: Frame[] = []
  readonly socket: Duplex
  #rest: Buffer = Buffer.alloc(0)
  ended = false

  constructor(socket: Duplex) {
    this.socket = socket
    socket.on('data', (piece: Buffer) => this.#take(piece))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => (this.ended = true))
  }

  send(...parts: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts))
  }

  /** The preface and settings, as every client begins. */
  begin(...pairs: readonly (readonly [number, number])[]): void {
    this.send(PREFACE, settings(...pairs), settingsAck)
  }

  /** Waits for a frame that is asked for; undefined when the connection ends without one. */
  async next(isIt: (frame: Frame) => boolean): Promise<Frame | undefined> {
    for (;;) {
      const found = this.frames.find(isIt)
      if (found || this.ended) return found
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')])
    }
  }

  /**
   * How a stream came out: the status, `reset CODE`, `goaway CODE`, or `closed`.
   */
  async outcome(stream: number): Promise<string> {
    const found = await this.next(
      (each) =>
        (each.stream === stream && (each.type === FRAME.headers || each.type === FRAME.reset)) ||
        each.type === FRAME.goaway,
    )
    switch (found?.type) {
      case FRAME.headers:
        return statusOf(found.payload)
      case FRAME.reset:
        return `reset ${found.payload.readUInt32BE(0)}`
      case FRAME.goaway:
        return `goaway ${found.payload.readUInt32BE(4)}`
      default:
        return 'closed'
    }
  }

  /** Bodies of a stream so far. */
  body(stream: number): string {
    return Buffer.concat(
      this.frames
        .filter((each) => each.stream === stream && each.type === FRAME.data)
        .map(({ payload }) => payload),
    ).toString('latin1')
  }

  close(): void {
    this.socket.destroy()
  }

  #take(piece: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, piece])
    for (;;) {
      const length = this.#rest.length < 9 ? Infinity : 9 + this.#rest.readUIntBE(0, 3)
      if (this.#rest.length < length) return
      this.frames.push({
        type: this.#rest[3] ?? 0,
        flags: this.#rest[4] ?? 0,
        stream: this.#rest.readUInt32BE(5) & 0x7f_ff_ff_ff,
        payload: this.#rest.subarray(9, length),
      })
      this.#rest = this.#rest.subarray(length)
    }
  }
}

/** RFC 7541, appendix A: entries 8 to 14 of the static table. */
const STATUSES = ['200', '204', '206', '304', '400', '404', '500']

/** The status of the first answer on a connection; it always comes first in the block. */
function statusOf(fields: Buffer): string {
  const at = (fields[0] ?? 0) >> 5 === 1 ? 1 : 0
  const first = fields[at] ?? 0
  if (first >= 0x88 && first <= 0x8e) return STATUSES[first - 0x88] ?? ''
  const size = (fields[at + 1] ?? 0) & 0x7f
  const value = fields.subarray(at + 2, at + 2 + size)
  return (fields[at + 1] ?? 0) & 0x80 ? digits(value) : value.toString('latin1')
}

/** Huffman's code of digits (RFC 7541, appendix B): 0, 1 and 2 have five bits, the others six. */
function digits(value: Buffer): string {
  let bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let said = ''
  while (bits.length >= 5 && said.length < 3) {
    const short = parseInt(bits.slice(0, 5), 2)
    const long = parseInt(bits.slice(0, 6), 2)
    said += short <= 2 ? short : long - 0b011001 + 3
    bits = bits.slice(short <= 2 ? 5 : 6)
  }
  return said
}
