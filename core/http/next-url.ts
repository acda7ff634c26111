interface NextRules {
  /** Scheme, host and port of the hub as browsers know it. */
  readonly publicOrigin: string
  /** Whether another origin is below the hub's: with subdomains, people's own. */
  readonly isOurs?: (origin: string) => boolean
  /** Where to go when `next` is not to be trusted. */
  readonly fallback: string
}

/**
 * Where to send a browser after signing in or starting a server: always a path of this hub. An absolute address of our own
 * is cut to its path; everything else that could lead away gives the fallback.
 */
export function safeNext(
  raw: string | undefined,
  { publicOrigin, isOurs, fallback }: NextRules,
): string {
  if (raw === undefined || raw === '') return fallback
  // Browsers drop tabs and line ends, and read a backslash as a slash: nothing that holds them is a path of ours.
  // Spaces around it are dropped too.
  if (/[\u0000-\u0020\u007f\\]/.test(raw)) return fallback
  const path = pathOf(raw, { publicOrigin, ...(isOurs && { isOurs }) })
  if (!path.startsWith('/') || path.startsWith('//')) return fallback
  const url = URL.parse(path, publicOrigin)
  if (!url || url.origin !== new URL(publicOrigin).origin) return fallback
  // Dot segments can make a path begin with two slashes after all.
  return url.pathname.startsWith('//') ? fallback : url.pathname + url.search + url.hash
}

/** What is left of an address of our own; anything else stays as it is. */
function pathOf(raw: string, { publicOrigin, isOurs }: Omit<NextRules, 'fallback'>): string {
  const origin = /^https?:\/\/[^/]+(?=\/)/.exec(raw)?.[0]
  if (origin === undefined) return raw
  const isOwn = origin === publicOrigin || isOurs?.(origin) === true
  return isOwn ? raw.slice(origin.length) : raw
}
