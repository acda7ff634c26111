import { isIP } from 'node:net'

/**
 * The part of an address that one household or host has to itself: all of an IPv4 address, the first 64 bits of an IPv6 one
 * (whoever has one has them all).
 */
export function addressPrefix(address: string): string {
  const four = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (four !== undefined && isIP(four) === 4) return four
  const bare = address.split('%')[0] ?? ''
  if (isIP(bare) !== 6) return 'unknown'
  return `${groupsOf(bare).slice(0, 4).join(':')}::/64`
}

/** The eight groups, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array.from({ length: missing }, () => '0'), ...right].map((group) =>
    group.toLowerCase().replace(/^0+(?=.)/, ''),
  )
}
