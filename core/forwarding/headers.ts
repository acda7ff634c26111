import type { IncomingMessage } from 'node:http'

/** RFC 9110 section 7.6.1: these speak to the next hop only. `Upgrade` and `Connection` are set anew for websockets. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'upgrade',
])

/** What a client could say to be taken for somebody else: ours is the only word on where a request came from. */
const FORWARDING = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-scheme',
])

/** A request's headers, as name and value in turn, for the server behind. */
export function requestHeaders(
  request: IncomingMessage,
  { secure, upgrade }: { readonly secure: boolean; readonly upgrade: boolean },
): string[] {
  const named = connectionOptions(request)
  const kept = pairs(request.rawHeaders).filter(([name]) => {
    const lower = name.toLowerCase()
    return !HOP_BY_HOP.has(lower) && !FORWARDING.has(lower) && !named.has(lower)
  })
  const host = request.headers.host ?? ''
  const added: (readonly [string, string])[] = [
    ['X-Forwarded-For', bareAddress(request.socket.remoteAddress)],
    ['X-Forwarded-Proto', secure ? 'https' : 'http'],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Port', /:(\d+)$/.exec(host)?.[1] ?? (secure ? '443' : '80')],
  ]
  if (upgrade) added.push(['Connection', 'Upgrade'], ['Upgrade', 'websocket'])
  return [...kept, ...added].flat()
}

/** An answer's headers for the client; the length or chunking of the body is settled anew on the way out. */
export function responseHeaders(response: IncomingMessage): string[] {
  const named = connectionOptions(response)
  return pairs(response.rawHeaders)
    .filter(([name]) => {
      const lower = name.toLowerCase()
      return !HOP_BY_HOP.has(lower) && !named.has(lower) && lower !== 'transfer-encoding'
    })
    .flat()
}

/** Whether exactly one Host came (RFC 9112 section 3.2), and it names no more than a host and a port. */
export function hasOneHost(request: IncomingMessage): boolean {
  const hosts = pairs(request.rawHeaders).filter(([name]) => name.toLowerCase() === 'host')
  return (
    hosts.length === 1 &&
    /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(hosts[0]?.[1] ?? '')
  )
}

/**
 * What no `Connection` header can declare away: what the server relies on, and what says where a body ends. Without that the
 * body would go on as it is, and the server would read it as a request of its own.
 */
const KEPT = new Set([
  'host',
  'cookie',
  'authorization',
  'content-length',
  'content-type',
  'transfer-encoding',
])

/** Headers that the `Connection` header declares to be for this hop only. */
function connectionOptions({ headers }: IncomingMessage): ReadonlySet<string> {
  const options = (headers.connection ?? '').split(',').map((option) => option.trim().toLowerCase())
  return new Set(options.filter((option) => option !== '' && !KEPT.has(option)))
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return Array.from(
    { length: raw.length / 2 },
    (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const,
  )
}

const bareAddress = (address: string | undefined) =>
  (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
