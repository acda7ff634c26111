import { ownerOfCookie, strip } from './hub-cookies.ts'
import { type OwnPath, pathOf } from './own-path.ts'

/** Browsers pass over an attribute whose value is longer (RFC 6265bis section 5.6). */
const LONGEST_ATTRIBUTE = 1024

/** Whose answer sets a cookie, and to what. */
export interface SettingRoute {
  readonly path: OwnPath
  /** Whether the host is this route's owner's alone: then any path on it is his. */
  readonly ownHost: boolean
  /** Whether a cookie for paths beyond the route is narrowed to it, and not dropped. */
  readonly narrows: boolean
  /** The name of the route's own cookie. */
  readonly cookie: string
  /** Of the request that is answered, in origin-form. */
  readonly target: string
}

/**
 * A `Set-Cookie` of a server as it may pass; undefined where it may not. The cookie would come back to this route alone, is not
 * named like one of the hub's or of another server's, and every browser would read it so. Read as RFC 6265bis section 5.6 says;
 * where browsers may differ, both readings must be harmless.
 */
export function cookieToSet(line: string, route: SettingRoute): string | undefined {
  // Some browsers end the line at a control character, others drop it.
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) return undefined
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = strip(pair.slice(0, Math.max(equals, 0)))
  // One without a name is sent as its bare value, which may look like any other cookie.
  if (name === '' || !mayBeNamed(name, route.cookie)) return undefined
  const read = attributes.map(readAttribute)
  if (read.some(([attribute]) => attribute === 'domain')) return undefined
  const paths = read.flatMap(([attribute, value]) => (attribute === 'path' ? [value] : []))
  if (route.ownHost || isWithin(paths, route)) return line
  if (!route.narrows) return undefined
  const others = attributes.filter((_, i) => read[i]?.[0] !== 'path')
  return [pair, ...others, ` Path=${route.path.text}`].join(';')
}

function isWithin(paths: readonly string[], route: SettingRoute): boolean {
  const plain = paths.every(isPlain)
  return (
    paths.every((path) => !bare(path).startsWith('/') || route.path.holds(bare(path))) &&
    // Without a path that counts, it is that of the request's folder.
    ((plain && paths.length > 0) || route.path.holds(defaultPathOf(route.target)))
  )
}

function mayBeNamed(name: string, own: string): boolean {
  const owner = ownerOfCookie(name, own)
  return owner === 'own' || owner === 'nobody'
}

function readAttribute(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=')
  return equals === -1
    ? [text.trim().toLowerCase(), '']
    : [text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1).trim()]
}

const isPlain = (path: string) => path.startsWith('/') && path.length <= LONGEST_ATTRIBUTE

/** Without quotation marks: browsers take them for a part of the path, so that it does not begin with a slash; others may not. */
const bare = (path: string) => path.replaceAll('"', '')

/** RFC 6265bis section 5.1.4. */
function defaultPathOf(target: string): string {
  const path = pathOf(target)
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}
