import { type OwnPath, pathOf } from './own-path.ts'

/** Whoever's script asks, its page came by one of these; a few values lead elsewhere by each. */
const SCHEMES = ['http:', 'https:'] as const

/**
 * Whether a `Service-Worker-Allowed` leaves a service worker within the route. It is an address, relative to the script's; a scope
 * is allowed that begins with its path (Service Workers, "Update", step 8).
 */
export function mayWiden(value: string, target: string, own: OwnPath): boolean {
  if (/[^\u0020-\u007e]/.test(value)) return false
  return SCHEMES.every((scheme) => {
    const url = URL.parse(value, `${scheme}//host${target}`)
    return url !== null && own.holdsWhatBeginsWith(url.pathname)
  })
}

/** Whether a script at the address may be a worker for more than the route even without a header: its folder is the widest scope. */
export function isAboveRoute(target: string, own: OwnPath): boolean {
  if (target.startsWith(own.text)) return false
  const path = pathOf(target)
  return !own.holdsWhatBeginsWith(path.slice(0, path.lastIndexOf('/') + 1))
}
