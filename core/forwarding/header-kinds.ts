/** What a header means to a proxy. Everything else is `PLAIN`, and goes through as it is. */
export const PLAIN = 0
/** Speaks to the next hop only (RFC 9110 section 7.6.1). */
export const HOP = 1
/** What a client could say to be taken for somebody else: ours is the only word on where a request came from. */
export const FORWARDING = 2
export const HOST = 3
export const CONNECTION = 4
export const UPGRADE = 5
export const CONTENT_LENGTH = 6
export const TRANSFER_ENCODING = 7
export const EXPECT = 8
/** What the hub tells the proxy of a try to sign in; for nobody else. */
export const SIGN_IN = 9
export const COOKIE = 10

const KINDS: Readonly<Record<string, number>> = {
  te: HOP,
  host: HOST,
  cookie: COOKIE,
  expect: EXPECT,
  upgrade: UPGRADE,
  'x-scheme': FORWARDING,
  forwarded: FORWARDING,
  'x-real-ip': FORWARDING,
  connection: CONNECTION,
  'keep-alive': HOP,
  'bulkhead-sign-in': SIGN_IN,
  'content-length': CONTENT_LENGTH,
  'proxy-connection': HOP,
  'transfer-encoding': TRANSFER_ENCODING,
  'proxy-authenticate': HOP,
  'proxy-authorization': HOP,
}

/** Lower case, by length: most names are told from all of these by their length and first letter alone. */
const BY_LENGTH: readonly (readonly string[])[] = Array.from({ length: 20 }, (_, length) =>
  Object.keys(KINDS).filter((name) => name.length === length),
)

const LETTER_X = 0x78

/** The kind of a header, by its name in any case. */
export function kindOf(name: string): number {
  const first = name.charCodeAt(0) | 0x20
  if (first === LETTER_X && name.length > 7) return kindOfX(name)
  const names = BY_LENGTH[name.length]
  if (names === undefined) return PLAIN
  for (const each of names)
    if (each.charCodeAt(0) === first && each === name.toLowerCase()) return KINDS[each] ?? PLAIN
  return PLAIN
}

/** Gateways that put headers into variables (CGI, WSGI) read `X_Forwarded_For` as `X-Forwarded-For`. */
function kindOfX(name: string): number {
  const lower = name.toLowerCase().replaceAll('_', '-')
  if (lower.startsWith('x-forwarded-')) return FORWARDING
  return KINDS[lower] ?? PLAIN
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
  'expect',
])

/** Leaves out the headers that a `Connection` header declares to be for this hop only. */
export function withoutNamed(headers: string[], connection: string): string[] {
  const named = connectionOptions(connection)
  if (named === undefined) return headers
  const left: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (!named.has(name.toLowerCase())) left.push(name, headers[i + 1] ?? '')
  }
  return left
}

function connectionOptions(connection: string): ReadonlySet<string> | undefined {
  switch (connection) {
    case '':
    case 'close':
    case 'keep-alive':
    case 'Keep-Alive':
    case 'Upgrade':
    case 'upgrade':
    case 'keep-alive, Upgrade':
      return undefined
    default:
      return new Set(
        connection
          .split(',')
          .map((option) => option.trim().toLowerCase())
          .filter((option) => option !== '' && !KEPT.has(option)),
      )
  }
}

/** RFC 9110 section 6.5.1: what changes how a message is framed, routed or believed has no place behind its body. */
const NOT_BEHIND = new Set([
  'authorization',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'set-cookie',
  'trailer',
])

/** Trailers that may go on. */
export function soundTrailers(trailers: readonly string[]): string[] {
  const left: string[] = []
  for (let i = 0; i < trailers.length; i += 2) {
    const name = trailers[i] ?? ''
    if (kindOf(name) === PLAIN && !NOT_BEHIND.has(name.toLowerCase()))
      left.push(name, trailers[i + 1] ?? '')
  }
  return left
}
