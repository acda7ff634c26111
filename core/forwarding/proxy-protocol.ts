import { isIPv4, isIPv6, SocketAddress } from 'node:net'

import { crc32c } from './crc32c.ts'

/**
 * What a balancer in front tells of a connection (the PROXY protocol, versions 1 and 2, as haproxy specifies it): whose it is, or
 * `own` when it tells of nobody: it asks for itself (`LOCAL`, as for its health checks), or does not know (`UNKNOWN`, a unix socket).
 */
export type ProxyHeader =
  | { readonly kind: 'own' }
  | {
      readonly kind: 'client'
      /** In canonical form; IPv4 in IPv6 as plain IPv4. */
      readonly address: string
      readonly port: number
      /** The port that the client spoke to. */
      readonly localPort: number
      /** The client spoke TLS to whoever is in front (version 2 only). */
      readonly secure: boolean
    }

export type ProxyReading =
  | { readonly state: 'more' }
  /** `length`: of the header, in bytes; what follows is the client's. */
  | { readonly state: 'read'; readonly header: ProxyHeader; readonly length: number }
  | { readonly state: 'bad'; readonly why: string }

/** A line of version 1 with its CRLF. */
const MOST_V1 = 107
/** What follows the first 16 bytes in version 2: the largest addresses are 216, the rest is for TLVs. */
const MOST_V2 = 4096

const V1_START = Buffer.from('PROXY ')
const V2_START = Buffer.from('\r\n\r\n\0\r\nQUIT\n')
const V2_FIXED = 16

/**
 * Reads the header at the start of what came so far. Anything that the specification does not have is `bad`, as early as it shows;
 * a beginning that may still become a header is `more`. No answer depends on how the bytes were cut.
 */
export function readProxyHeader(bytes: Buffer): ProxyReading {
  if (startsAs(bytes, V1_START)) return readV1(bytes)
  if (startsAs(bytes, V2_START)) return readV2(bytes)
  return bad('neither version begins so')
}

const MORE: ProxyReading = { state: 'more' }
const OWN: ProxyHeader = { kind: 'own' }
const bad = (why: string): ProxyReading => ({ state: 'bad', why })

function startsAs(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}

function readV1(bytes: Buffer): ProxyReading {
  const line = bytes.subarray(0, MOST_V1).toString('latin1')
  const printable = /^[ -~]*/.exec(line)?.[0].length ?? 0
  const after = line.slice(printable, printable + 2)
  if (after === '\r\n') return readLine(line.slice(0, printable), printable + 2)
  if (after !== '' && after !== '\r') return bad('version 1: a byte that no line may hold')
  return line.length < MOST_V1 ? MORE : bad('version 1: the line is too long')
}

const PORT = '(0|[1-9]\\d{0,4})'
const V1_LINE = new RegExp(`^PROXY TCP([46]) ([^ ]+) ([^ ]+) ${PORT} ${PORT}$`)

function readLine(line: string, length: number): ProxyReading {
  // What follows the word is to be ignored.
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { state: 'read', header: OWN, length }
  const [, family, from = '', to = '', port, localPort] = V1_LINE.exec(line) ?? []
  const isAddress = family === '4' ? isIPv4 : isPlainIPv6
  if (family === undefined || !isAddress(from) || !isAddress(to))
    return bad('version 1: the line is not as specified')
  const ports = { port: Number(port), localPort: Number(localPort) }
  if (ports.port > 65_535 || ports.localPort > 65_535) return bad('version 1: no such port')
  const address = family === '4' ? from : canonical(from)
  return { state: 'read', header: { kind: 'client', address, ...ports, secure: false }, length }
}

/** A zone would make one address look like many. */
const isPlainIPv6 = (text: string) => isIPv6(text) && !text.includes('%')

/** One address has one text, by which it is counted. */
function canonical(address: string): string {
  const text = new SocketAddress({ address, family: 'ipv6' }).address
  return text.replace(/^::ffff:(?=\d+\.)/, '')
}

/** Commands and transports that a stream may be announced with; all others are to be refused. */
const LOCAL = 0x20
const PROXY = 0x21
/** Family and transport → how long the addresses and ports are. UDP is none: this is a stream. */
const ADDRESSES: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
])

function readV2(bytes: Buffer): ProxyReading {
  const command = bytes[12]
  if (command !== undefined && command !== LOCAL && command !== PROXY)
    return bad('version 2: no such version or command')
  if (bytes.length < V2_FIXED) return MORE
  const length = V2_FIXED + bytes.readUInt16BE(14)
  if (length > V2_FIXED + MOST_V2) return bad('version 2: the header is too long')
  if (bytes.length < length) return MORE
  if (command === LOCAL) return { state: 'read', header: OWN, length }
  return readAddresses(bytes.subarray(0, length))
}

function readAddresses(whole: Buffer): ProxyReading {
  const transport = whole[13] ?? 0
  const size = ADDRESSES.get(transport)
  if (size === undefined) return bad('version 2: no such family or transport for a stream')
  if (whole.length < V2_FIXED + size) return bad('version 2: shorter than its addresses')
  const extras = readExtras(whole, V2_FIXED + size)
  if ('why' in extras) return bad(extras.why)
  const { length } = whole
  const width = transport === 0x11 ? 4 : 16
  if (transport !== 0x11 && transport !== 0x21) return { state: 'read', header: OWN, length }
  const ports = V2_FIXED + 2 * width
  return {
    state: 'read',
    length,
    header: {
      kind: 'client',
      address: addressText(whole.subarray(V2_FIXED, V2_FIXED + width)),
      port: whole.readUInt16BE(ports),
      localPort: whole.readUInt16BE(ports + 2),
      secure: extras.secure,
    },
  }
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
  return canonical(words.join(':'))
}

/** Types of what may follow the addresses. */
const CRC32C = 0x03
const UNIQUE_ID = 0x05
const SSL = 0x20
/** The bit of `PP2_TYPE_SSL` for "the client connected over TLS". */
const CLIENT_SSL = 0x01

type Extras = { readonly secure: boolean } | { readonly why: string }

/** The values after the addresses: their lengths have to add up, and a checksum has to be right. */
function readExtras(whole: Buffer, start: number): Extras {
  const extras = readTlvs(whole, start)
  if (!extras) return { why: 'version 2: lengths that do not add up' }
  for (const type of [CRC32C, SSL])
    if (extras.filter((extra) => extra.type === type).length > 1)
      return { why: 'version 2: said twice' }
  const wrong = extras.find((extra) => !isRight(whole, extra))
  if (wrong) return { why: `version 2: the value of type ${wrong.type} is wrong` }
  const ssl = extras.find(({ type }) => type === SSL)
  return { secure: ssl !== undefined && ((whole[ssl.at] ?? 0) & CLIENT_SSL) !== 0 }
}

function isRight(whole: Buffer, { type, at, length }: Tlv): boolean {
  switch (type) {
    case CRC32C:
      return length === 4 && sumIsRight(whole, at)
    case UNIQUE_ID:
      return length <= 128
    case SSL:
      // A byte of flags, four of what came of the certificate, and values of its own.
      return length >= 5 && readTlvs(whole.subarray(0, at + length), at + 5) !== undefined
    default:
      return true
  }
}

interface Tlv {
  readonly type: number
  /** Where the value begins. */
  readonly at: number
  readonly length: number
}

/** @returns undefined when one reaches beyond the end */
function readTlvs(whole: Buffer, start: number): readonly Tlv[] | undefined {
  const found: Tlv[] = []
  let at = start
  while (at < whole.length) {
    if (at + 3 > whole.length) return undefined
    const [type = 0, length] = [whole[at], whole.readUInt16BE(at + 1)]
    at += 3
    if (at + length > whole.length) return undefined
    found.push({ type, at, length })
    at += length
  }
  return found
}

/** The sum is over the whole header, with zeros where the sum stands. */
function sumIsRight(whole: Buffer, at: number): boolean {
  const summed = Buffer.from(whole).fill(0, at, at + 4)
  return crc32c(summed) === whole.readUInt32BE(at)
}
