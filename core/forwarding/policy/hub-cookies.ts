/** What the hub keeps in a browser for itself alone. The second was the services' until JupyterHub 2; the third is ours. */
const OF_THE_HUB = new Set([
  'jupyterhub-hub-login',
  'jupyterhub-services',
  'bulkhead-known-browser',
])
/** The id of a browser's session: every server reads it, the hub alone sets it. */
export const SESSION_ID = 'jupyterhub-session-id'

/** Names of servers' and of services' own cookies begin so (their OAuth client ids); the hub's are among the first. */
const FAMILIES = ['jupyterhub-user-', 'service-'] as const

/** In a browser's memory these stand before a name that is kept for one host (RFC 6265bis); some compare them in any case. */
const PREFIX = /^__(?:host-http|host|http|secure)-/i

/** Beside its cookie a server keeps others while somebody signs in: one, and more where several windows do so at once. */
const SIGNING_IN = /^-oauth-state(?:-[A-Za-z]{8})?$/

/** `session`: the hub's, for every server to read · `other`: another server's or a service's · `nobody`: of no concern to the hub. */
type CookieOwner = 'hub' | 'session' | 'own' | 'other' | 'nobody'

/** Whose a cookie is, by its name, as one route sees it. `own` is the name of the route's cookie. */
export function ownerOfCookie(name: string, own: string): CookieOwner {
  const bare = name.replace(PREFIX, '')
  if (OF_THE_HUB.has(bare)) return 'hub'
  if (bare === SESSION_ID) return 'session'
  if (bare === own || (bare.startsWith(own) && SIGNING_IN.test(bare.slice(own.length))))
    return 'own'
  return FAMILIES.some((family) => bare.startsWith(family)) ? 'other' : 'nobody'
}

/** Without the space around it, also that which only Python takes for space. */
export function strip(text: string): string {
  return text.replaceAll(/^[\s\u001c-\u001f\u0085]+|[\s\u001c-\u001f\u0085]+$/g, '')
}
