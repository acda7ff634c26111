import { BlockList, isIP } from 'node:net'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:8000`, `[::1]:8000` or `name:8000`; undefined when it is none of them. */
export function splitAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text)
  if (!match) return undefined
  const [, six, other = '', digits] = match
  const port = Number(digits)
  if (port < 1 || port > 65_535 || (six !== undefined && isIP(six) !== 6)) return undefined
  return { host: six ?? other, port }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  const kind = isIP(host)
  if (kind === 0) return host === 'localhost' || host.endsWith('.localhost')
  return loopback.check(host, kind === 4 ? 'ipv4' : 'ipv6')
}
