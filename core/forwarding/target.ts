/** Where requests go: behind a unix socket, whose owner (a uid) is checked at every connection, or a TCP address. */
export type Target =
  | ({ readonly kind: 'unix'; readonly path: string; readonly owner: number | null } & Base)
  | ({
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      /** Over TLS, with a certificate for the host. */
      readonly secure?: true
      /** Connected to instead of what the host resolves to; without it, the host is trusted to lead where it should. */
      readonly address?: string
    } & Base)

/** What the target's own URL says behind its host, where that is more than a slash: it may come before what is asked. */
interface Base {
  readonly basePath?: string
  readonly baseQuery?: string
}

/**
 * Reads `http://host:port/path`, `https://host:port/path` and `http+unix://<quoted path>/path`.
 * @param address for a TCP target: where to connect to, whatever the host resolves to
 */
export function parseTarget(
  text: string,
  owner: number | null = null,
  address: string | null = null,
): Target | undefined {
  const [, unix, rest = ''] = /^(?:http\+unix|unix\+http):\/\/([^/?#]+)(.*)$/i.exec(text) ?? []
  return unix === undefined ? tcpTarget(text, address) : unixTarget(unix, rest, owner)
}

function unixTarget(quoted: string, rest: string, owner: number | null): Target | undefined {
  const path = decoded(quoted)
  const base = baseOf(URL.parse(`http://localhost${rest}`))
  return path?.startsWith('/') ? { kind: 'unix', path, owner, ...base } : undefined
}

function tcpTarget(text: string, address: string | null): Target | undefined {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') return undefined
  const secure = url.protocol === 'https:'
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (secure ? '443' : '80')),
    ...(secure && { secure }),
    ...(address !== null && { address }),
    ...baseOf(url),
  }
}

function baseOf(url: URL | null): Base {
  if (url === null) return {}
  const { pathname, search } = url
  return {
    ...(pathname !== '/' && { basePath: pathname }),
    ...(search.length > 1 && { baseQuery: search.slice(1) }),
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
