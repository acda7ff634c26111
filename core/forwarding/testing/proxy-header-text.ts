import { crc32c } from '../crc32c.ts'

/** How the balancers that tests play write the header. */
export interface Announced {
  readonly from: string
  readonly to: string
  readonly port: number
  readonly localPort: number
}

export function writeV1({ from, to, port, localPort }: Announced): Buffer {
  const family = from.includes(':') ? 'TCP6' : 'TCP4'
  return Buffer.from(`PROXY ${family} ${from} ${to} ${port} ${localPort}\r\n`)
}

export interface V2 {
  /** Version and command: 0x21 is PROXY, 0x20 LOCAL. */
  readonly command?: number
  /** Family and transport: 0x11 is TCP over IPv4. */
  readonly transport?: number
  readonly addresses?: Buffer
  readonly extras?: readonly Buffer[]
  /** What the header says that follows it; absent: what does. */
  readonly length?: number
}

export function writeV2({
  command = 0x21,
  transport = 0x11,
  addresses = Buffer.alloc(12),
  extras = [],
  length,
}: V2): Buffer {
  const rest = Buffer.concat([addresses, ...extras])
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n\0\0\0\0', 'latin1')
  head[12] = command
  head[13] = transport
  head.writeUInt16BE(length ?? rest.length, 14)
  return Buffer.concat([head, rest])
}

/** Addresses of IPv4 or IPv6, given as bytes, and ports. */
export function addressBytes(from: Uint8Array, to: Uint8Array, ports: readonly [number, number]) {
  const tail = Buffer.alloc(4)
  tail.writeUInt16BE(ports[0], 0)
  tail.writeUInt16BE(ports[1], 2)
  return Buffer.concat([from, to, tail])
}

export function tlv(type: number, value: Uint8Array): Buffer {
  const head = Buffer.from([type, 0, 0])
  head.writeUInt16BE(value.length, 1)
  return Buffer.concat([head, value])
}

/** The same header with a checksum at its end. */
export function withSum(header: V2): Buffer {
  const extras = [...(header.extras ?? []), tlv(0x03, Buffer.alloc(4))]
  const whole = writeV2({ ...header, extras })
  whole.writeUInt32BE(crc32c(whole), whole.length - 4)
  return whole
}
