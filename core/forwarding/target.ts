/** Where requests go: behind a unix socket, whose owner (a uid) is checked at every connection, or a TCP address. */
export type Target =
  | { readonly kind: 'unix'; readonly path: string; readonly owner: number | null }
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      /** Over TLS, with a certificate for the host. */
      readonly secure?: true
      /** Connected to instead of what the host resolves to; without it, the host is trusted to lead where it should. */
      readonly address?: string
    }

/**
 * Reads `http://host:port`, `https://host:port` and `http+unix://<quoted path>`; the rest of the address does not count, since
 * requests are passed on under their own path.
 * @param address for a TCP target: where to connect to, whatever the host resolves to
 */
export function parseTarget(
  text: string,
  owner: number | null = null,
  address: string | null = null,
): Target | undefined {
  const unix = /^http\+unix:\/\/([^/?#]+)/i.exec(text)?.[1]
  if (unix !== undefined) {
    const path = decoded(unix)
    return path?.startsWith('/') ? { kind: 'unix', path, owner } : undefined
  }
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') return undefined
  const secure = url.protocol === 'https:'
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (secure ? '443' : '80')),
    ...(secure && { secure }),
    ...(address !== null && { address }),
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
