import { isIP } from 'node:net'

import { plainText } from '#core/base/plain-text.ts'

/**
 * What the hub and the proxy may say to the supervisor. It is read here with care and by hand: the supervisor may be root, has
 * no third-party code, and trusts neither of them.
 */
export type Message =
  | {
      readonly type: 'launch'
      readonly host: string
      readonly port: number
      readonly publicNames: readonly string[]
      /** Whether routes begin with a host. */
      readonly byHost: boolean
      readonly frontSocket: string
      readonly tls: { readonly keyFile: string; readonly certFile: string } | null
      /** Addresses and ranges. */
      readonly trustedProxies: readonly string[]
      readonly announcers: readonly string[]
      readonly http2: boolean
      /** Whole numbers, by the names of `LIMITS`. */
      readonly limits: ReadonlyMap<string, number>
    }
  | {
      readonly type: 'ready'
      readonly url: string
      readonly setUpLink: string | null
      readonly notices: readonly string[]
    }
  /** The operator runs the proxy himself. */
  | { readonly type: 'no-proxy'; readonly apiUrl: string }
  /** The proxy's form of `ready`: it has nothing to tell but that. */
  | { readonly type: 'up' }
  | { readonly type: 'fatal'; readonly message: string }
  /** The hub was asked to end everything. */
  | { readonly type: 'end' }

/** Limits of the proxy that the hub may set, and the proxy's flags for them. */
export const LIMITS = {
  connections: '--max-connections',
  connectionsPerAddress: '--max-connections-per-address',
  connectionsPerRoute: '--max-connections-per-route',
  failedSignIns: '--max-failed-sign-ins',
  headMs: '--head-timeout',
  idleMs: '--keep-alive-timeout',
  silenceMs: '--proxy-timeout',
} as const

/** Undefined for whatever is not exactly one of them. `runDir`: where sockets may lie. */
export function readMessage(value: unknown, runDir: string): Message | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const given = new Map<string, unknown>(Object.entries(value))
  switch (given.get('type')) {
    case 'launch':
      return readLaunch(given, runDir)
    case 'no-proxy': {
      const apiUrl = address(given.get('apiUrl'))
      return apiUrl === undefined ? undefined : { type: 'no-proxy', apiUrl }
    }
    case 'ready':
      return given.has('url') ? readReady(given) : { type: 'up' }
    case 'end':
      return { type: 'end' }
    case 'fatal':
      return { type: 'fatal', message: text(given.get('message'), 4000) ?? 'it gave no reason' }
    default:
      return undefined
  }
}

function readLaunch(given: ReadonlyMap<string, unknown>, runDir: string): Message | undefined {
  const listen = given.get('listen')
  if (typeof listen !== 'object' || listen === null || !('host' in listen) || !('port' in listen))
    return undefined
  const { host, port } = listen
  const frontSocket = text(given.get('frontSocket'), 107)
  const names = list(given.get('publicNames'), 256)
  if (!isHost(host) || !isPort(port) || !names?.every((name) => isHost(name.replace(/^\*\./, ''))))
    return undefined
  if (frontSocket !== `${runDir}/front/hub.sock`) return undefined
  const byHost = given.get('byHost') === true
  const side = readPublicSide(given)
  return side && { type: 'launch', host, port, publicNames: names, byHost, frontSocket, ...side }
}

function readPublicSide(given: ReadonlyMap<string, unknown>) {
  const tls = readTls(given.get('tls'))
  const trustedProxies = list(given.get('trustedProxies'), 64)
  const announcers = list(given.get('announcers'), 64)
  const limits = readLimits(given.get('limits'))
  if (
    tls === undefined ||
    !trustedProxies?.every(isRange) ||
    !announcers?.every(isRange) ||
    !limits
  )
    return undefined
  return { tls, trustedProxies, announcers, http2: given.get('http2') !== false, limits }
}

function readTls(value: unknown) {
  if (value === null) return null
  if (
    typeof value !== 'object' ||
    value === undefined ||
    !('keyFile' in value) ||
    !('certFile' in value)
  )
    return undefined
  const [keyFile, certFile] = [file(value.keyFile), file(value.certFile)]
  return keyFile === undefined || certFile === undefined ? undefined : { keyFile, certFile }
}

function readLimits(value: unknown): ReadonlyMap<string, number> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const limits = new Map<string, number>()
  for (const [name, limit] of Object.entries(value)) {
    if (!(name in LIMITS) || !Number.isInteger(limit) || Number(limit) < 0 || Number(limit) > 1e9)
      return undefined
    limits.set(name, Number(limit))
  }
  return limits
}

function readReady(given: ReadonlyMap<string, unknown>): Message | undefined {
  const url = address(given.get('url'))
  const link = given.get('setUpLink')
  const setUpLink = link === null || link === undefined ? null : address(link)
  const notices = list(given.get('notices') ?? [], 1000)
  return url === undefined || setUpLink === undefined || !notices
    ? undefined
    : { type: 'ready', url, setUpLink, notices }
}

function isHost(name: unknown): name is string {
  if (typeof name !== 'string') return false
  return (
    isIP(name) !== 0 ||
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(name) ||
    /^\[[0-9A-Fa-f:.]+\]$/.test(name)
  )
}

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  return isIP(address) !== 0 && rest.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits))
}

/** An absolute path, which cannot be taken for a flag. */
function file(value: unknown): string | undefined {
  return typeof value === 'string' &&
    value.length < 4096 &&
    /^\/[^\u0000-\u001f\u007f]+$/.test(value)
    ? value
    : undefined
}

function isPort(port: unknown): port is number {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536
}

function address(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\/[\w.:[\]/#-]{1,500}$/.test(value)
    ? value
    : undefined
}

function text(value: unknown, longest: number): string | undefined {
  // It may be printed on root's terminal.
  return typeof value === 'string' && value.length <= longest ? plainText(value) : undefined
}

function list(value: unknown, longest: number): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > 100) return undefined
  const texts = value.map((each) => text(each, longest))
  return texts.every((each) => each !== undefined) ? texts : undefined
}
