import { ownerOfCookie, SESSION_ID, strip } from './hub-cookies.ts'

/** Every name that may be kept back has one of these in it. */
const WORDS = ['jupyterhub-', 'service-', 'bulkhead-'] as const

/**
 * A name of the hub's or of a server's, and an equals sign, anywhere in a piece between semicolons. Browsers send one cookie in
 * each; Python's SimpleCookie also begins a new one after whitespace, after a quoted value and behind a character that no name has,
 * and some programs do after a comma. A signed value has its own name in it, behind a colon.
 */
const NAMED =
  /(?<![\w!#%&'~`><@:/$*+\-.^|)(?}{=])((?:__[a-z-]{4,9}-)?(?:jupyterhub|service|bulkhead)-[\w!#%&'~`><@,:/$*+\-.^|)(?}{]*)[\s\u001c-\u001f\u0085]*=/gi

/**
 * The cookies of a request that a route's server gets: no credential for the hub, another server or a service. Pieces are kept or
 * left out whole, as browsers join them (RFC 6265bis section 5.8.3): quotation marks do not hold a semicolon together, or what
 * stands between two of them would pass unseen.
 * @returns the same text where nothing is left out; '' where everything is
 */
export function cookiesFor(own: string, header: string): string {
  if (holdsOwnAlone(own, header)) return header
  return header
    .split(';')
    .filter((piece) => mayPass(own, piece))
    .join(';')
    .trim()
}

/** The usual case, without an allocation: no word of the hub's stands there but in the session's id and the route's own name. */
function holdsOwnAlone(own: string, header: string): boolean {
  for (const word of WORDS) {
    for (let at = header.indexOf(word); at !== -1; at = header.indexOf(word, at + 1)) {
      if (!isNamed(SESSION_ID, header, at) && !isNamed(own, header, at)) return false
    }
  }
  return true
}

const [EQUALS, COLON, BAR] = [0x3d, 0x3a, 0x7c]

/** Whether the whole name stands there: before an equals sign, or between a colon and a bar, as in the value that is signed for it. */
function isNamed(name: string, header: string, at: number): boolean {
  if (!header.startsWith(name, at)) return false
  const next = header.charCodeAt(at + name.length)
  return next === EQUALS || (next === BAR && header.charCodeAt(at - 1) === COLON)
}

function mayPass(own: string, piece: string): boolean {
  const equals = piece.indexOf('=')
  if (isKept(own, strip(piece.slice(0, Math.max(equals, 0))))) {
    for (const [, name = ''] of piece.matchAll(NAMED)) if (!isKept(own, name)) return false
    return true
  }
  return false
}

function isKept(own: string, name: string): boolean {
  const owner = ownerOfCookie(name, own)
  return owner === 'own' || owner === 'session' || owner === 'nobody'
}
