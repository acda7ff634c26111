/**
 * The one reading of a request's path. What is routed is what is sent on, so a path that two programs could read differently
 * is refused: dot segments, plain or encoded (RFC 3986 section 5.2.4), backslashes, control characters, bad percent-encoding, an
 * authority in place of a path, and an encoded slash or backslash that would lead elsewhere when it is decoded.
 * @returns the decoded segments; undefined when the path is refused
 */
export function readPath(target: string): readonly string[] | undefined {
  // Nearly every path: nothing in it is encoded, doubled or begins with a dot, so that it can be read in one way alone.
  if (PLAIN.test(target)) return segmentsOf(target)
  return readSlowly(target)
}

const PLAIN = /^(?=\/)(?:\/[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*)*\/?(?:\?|$)/

function segmentsOf(target: string): string[] {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const segments = path.split('/')
  segments.shift()
  if (segments.at(-1) === '') segments.pop()
  return segments
}

/** The rule itself; exported for the test that holds the short way to it. */
export function readSlowly(target: string): readonly string[] | undefined {
  const path = target.split('?', 1)[0] ?? ''
  if (!path.startsWith('/') || path.startsWith('//')) return undefined
  if (/[\u0000-\u0020\u007f-\uffff\\#]/.test(path)) return undefined
  const segments = path.slice(1).split('/').map(decode)
  return segments.every(isSound) ? segments.filter((segment) => segment !== '') : undefined
}

/** Whether a slash stands encoded in the path: then where it is routed by either reading must be the same. */
export function hasEncodedSlash(target: string): boolean {
  return /%(?:2f|5c)/i.test(target.split('?', 1)[0] ?? '')
}

/** The path as a program would read it that decodes slashes before it looks at the segments. */
export function looserReading(segments: readonly string[]): readonly string[] {
  return segments.flatMap((segment) => segment.split(/[/\\]/)).filter((segment) => segment !== '')
}

/** The segments of a route's prefix, which is decoded already; empty ones are left out. */
export function readPrefix(prefix: string): readonly string[] {
  return prefix.split('/').filter((segment) => segment !== '')
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function isSound(segment: string | undefined): segment is string {
  if (segment === undefined) return false
  const parts = segment.split(/[/\\]/)
  return !parts.includes('.') && !parts.includes('..') && !/[\u0000-\u001f\u007f]/.test(segment)
}
