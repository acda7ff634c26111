/** Where requests go: behind a unix socket, whose owner (a uid) is checked at every connection, or a TCP address. */
export type Target =
  | { readonly kind: 'unix'; readonly path: string; readonly owner: number | null }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/**
 * Reads `http://host:port` and `http+unix://<quoted path>`; the rest of the address does not count, since requests are
 * passed on under their own path.
 */
export function parseTarget(text: string, owner: number | null = null): Target | undefined {
  const unix = /^http\+unix:\/\/([^/?#]+)/i.exec(text)?.[1]
  if (unix !== undefined) {
    const path = decoded(unix)
    return path?.startsWith('/') ? { kind: 'unix', path, owner } : undefined
  }
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' || url.hostname === '') return undefined
  return {
    kind: 'tcp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || '80'),
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
