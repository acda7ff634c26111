import { isIP } from 'node:net'

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
      readonly frontSocket: string
    }
  | {
      readonly type: 'ready'
      readonly url: string
      readonly setUpLink: string | null
      readonly notices: readonly string[]
    }
  | { readonly type: 'fatal'; readonly message: string }

/** Undefined for whatever is not exactly one of them. `runDir`: where sockets may lie. */
export function readMessage(value: unknown, runDir: string): Message | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const given = new Map<string, unknown>(Object.entries(value))
  switch (given.get('type')) {
    case 'launch':
      return readLaunch(given, runDir)
    case 'ready':
      return readReady(given)
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
  const sound =
    typeof host === 'string' &&
    isHost(host) &&
    typeof port === 'number' &&
    Number.isInteger(port) &&
    port > 0 &&
    port < 65_536 &&
    frontSocket === `${runDir}/front/hub.sock` &&
    names?.every(isHost)
  return sound && names
    ? { type: 'launch', host, port, publicNames: names, frontSocket }
    : undefined
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

const isHost = (name: string) =>
  isIP(name) !== 0 ||
  /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(name) ||
  /^\[[0-9A-Fa-f:.]+\]$/.test(name)

function address(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\/[\w.:[\]/#-]{1,500}$/.test(value)
    ? value
    : undefined
}

function text(value: unknown, longest: number): string | undefined {
  return typeof value === 'string' && value.length <= longest ? value : undefined
}

function list(value: unknown, longest: number): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > 100) return undefined
  const texts = value.map((each) => text(each, longest))
  return texts.every((each) => each !== undefined) ? texts : undefined
}
