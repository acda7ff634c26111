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
  return { type: 'launch', host, port, publicNames: names, byHost, frontSocket }
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
