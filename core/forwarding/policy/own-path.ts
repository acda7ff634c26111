/** What no browser sends of a path, or what programs read differently: control and non-ASCII characters, backslashes, dot segments. */
const ODD = /[^\u0021-\u007e]|\\|(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/**
 * The path that a route serves, and whether other paths lie within. Compared segment by segment and decoded, as requests are
 * routed; in doubt a path is outside.
 */
export class OwnPath {
  /** With slashes at both ends, percent-encoded: as a browser writes it. */
  readonly text: string
  readonly #segments: readonly string[]

  /** `segments` are decoded. */
  constructor(segments: readonly string[]) {
    this.#segments = segments
    this.text = segments.length === 0 ? '/' : `/${segments.map(spelled).join('/')}/`
  }

  /**
   * Whether all that a cookie of this path is sent to is the route's: the path itself, and what goes on after a slash (RFC 6265bis,
   * "path-match").
   */
  holds(path: string): boolean {
    const given = segmentsOf(path)
    return given !== undefined && this.#segments.every((segment, i) => segment === given[i])
  }

  /** Whether every path that begins with these characters is the route's: so the scope of a service worker is compared. */
  holdsWhatBeginsWith(text: string): boolean {
    return this.holds(text) && (segmentsOf(text)?.length ?? 0) > this.#segments.length
  }
}

/** Decoded; empty ones stay, so that what follows a double slash is never taken for the route's. */
function segmentsOf(path: string): readonly string[] | undefined {
  if (!path.startsWith('/') || ODD.test(path)) return undefined
  try {
    return path.slice(1).split('/').map(decodeURIComponent)
  } catch {
    // Bad percent-encoding.
    return undefined
  }
}

/** As the hub quotes names in its links, so that a browser asks by the same text. */
function spelled(segment: string): string {
  return encodeURIComponent(segment)
    .replaceAll('%40', '@')
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The path of a request, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}
