import { BlockList, isIP, isIPv4 } from 'node:net'

/** What an address of the network is for, as far as it matters to who may be sent there. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local' | 'unusable'

/** IANA's registries of special addresses (RFC 6890 and what updates it); the first that holds the address counts. */
const KINDS: readonly (readonly [AddressKind, BlockList])[] = [
  ['loopback', blocks(['127.0.0.0/8', '::1/128'])],
  // 169.254 is where clouds answer questions about the machine, 100.100.100.200, 192.0.0.192 and fd00:ec2::254 are some of theirs too.
  [
    'link-local',
    blocks([
      '169.254.0.0/16',
      'fe80::/10',
      '100.100.100.200/32',
      '192.0.0.192/32',
      '168.63.129.16/32',
      'fd00:ec2::/32',
      'fd20:ce::/32',
    ]),
  ],
  [
    'private',
    blocks(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']),
  ],
  [
    'unusable',
    blocks([
      '0.0.0.0/8',
      '192.0.0.0/24',
      '192.0.2.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '224.0.0.0/4',
      '240.0.0.0/4',
      '::/128',
      '100::/64',
      '2001::/23',
      '2001:db8::/32',
      'fec0::/10',
      'ff00::/8',
    ]),
  ],
]

/**
 * What an address is for. One of IPv6 that stands for one of IPv4 (mapped, compatible, NAT64, 6to4) is what that one is. Whatever
 * is no plain address, such as one with a zone, is `unusable`.
 */
export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address)
  if (family === 0 || address.includes('%')) return 'unusable'
  const inner = family === 6 ? embeddedIn(address) : undefined
  if (inner !== undefined) return kindOfAddress(inner)
  const name = family === 6 ? 'ipv6' : 'ipv4'
  return KINDS.find(([, list]) => list.check(address, name))?.[0] ?? 'public'
}

/** Whether an address lies in a range such as `10.1.0.0/16`, or is the one that is written there. */
export function isWithin(address: string, range: string): boolean {
  if (isIP(address) === 0 || !isRange(range)) return false
  const inner = isIPv4(address) ? undefined : embeddedIn(address)
  if (inner !== undefined) return isWithin(inner, range)
  return blocks([range]).check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** Whether the text is an address, or a range of them. */
export function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || rest.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

function blocks(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return list
}

/** The IPv4 address that an IPv6 address carries in itself, by one of the forms that lead there. */
function embeddedIn(address: string): string | undefined {
  const words = wordsOf(address)
  const at = (index: number) => words[index] ?? 0
  const zeros = (from: number, to: number) => words.slice(from, to).every((word) => word === 0)
  const last = () => dotted(at(6), at(7))
  // ::ffff:a.b.c.d, and ::ffff:0:a.b.c.d (RFC 2765)
  if (zeros(0, 5) && at(5) === 0xffff) return last()
  if (zeros(0, 4) && at(4) === 0xffff && at(5) === 0) return last()
  // ::a.b.c.d; :: and ::1 are themselves
  if (zeros(0, 6) && !(at(6) === 0 && at(7) <= 1)) return last()
  if (at(0) === 0x64 && at(1) === 0xff9b) return last()
  if (at(0) === 0x2002) return dotted(at(1), at(2))
  return undefined
}

/** The eight words of an IPv6 address that is one. */
function wordsOf(address: string): readonly number[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [before = '', after] = plain.split('::')
  const read = (text: string) =>
    text === '' ? [] : text.split(':').map((word) => parseInt(word, 16))
  const [head, tail] = [read(before), read(after ?? '')]
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
