import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Names and paths that JupyterHub's clients and servers know; `KNOWN_BROWSER` is ours. */
export const LOGIN_COOKIE = 'jupyterhub-hub-login'
const SESSION_ID_COOKIE = 'jupyterhub-session-id'
const XSRF_COOKIE = '_xsrf'
export const KNOWN_BROWSER_COOKIE = 'bulkhead-known-browser'

const DAY_S = 86_400

export interface CookieWriter {
  readonly secure: boolean
}

/** `domain`: whose hosts all see the session's id; undefined: the hub's own host alone. */
export interface SessionCookieWriter extends CookieWriter {
  readonly domain: string | undefined
}

/** More cookies of one name than this are somebody's play, and not looked at. */
const MOST_OF_A_NAME = 8

/**
 * Where the credential for the hub is kept. A page on another host below the hub's may set a cookie of any name for the hub, too,
 * but for one with the prefix (RFC 6265bis section 4.1.3.2), which browsers keep where the host itself set it by https, for all of
 * its paths. Where servers share the hub's host it would go to them as well.
 */
function loginPlace({ secure, domain }: SessionCookieWriter): { name: string; path: string } {
  return secure && domain !== undefined
    ? { name: `__Host-${LOGIN_COOKIE}`, path: '/' }
    : { name: LOGIN_COOKIE, path: '/hub/' }
}

/** Every credential for the hub that the browser sent: more than one where somebody else has set another beside the hub's own. */
export function loginSecrets(
  request: FastifyRequest,
  writer: SessionCookieWriter,
): readonly string[] {
  const { name } = loginPlace(writer)
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => parseCookie(pair)[name])
  const values = new Set(pairs.filter((value) => value !== undefined))
  return values.size > MOST_OF_A_NAME ? [] : [...values]
}

/** Whether there is any, good or not. */
export function sentLogin({ headers }: FastifyRequest): boolean {
  return headers.cookie?.includes(`${LOGIN_COOKIE}=`) === true
}

/** One cookie of the request; undefined when it is absent. */
export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie
  return header === undefined ? undefined : parseCookie(header)[name]
}

/** What a browser keeps that is signed in: the credential for the hub alone, and the session's id for all servers. */
export function setSessionCookies(
  reply: FastifyReply,
  session: { id: string; secret: string },
  writer: SessionCookieWriter & { readonly days: number },
): void {
  const { secure, domain, days } = writer
  const shared = { httpOnly: true, secure, sameSite: 'lax', maxAge: days * DAY_S } as const
  add(reply, stringifySetCookie({ ...loginPlace(writer), value: session.secret, ...shared }))
  add(
    reply,
    stringifySetCookie({
      name: SESSION_ID_COOKIE,
      value: session.id,
      path: '/',
      ...shared,
      ...(domain !== undefined && { domain }),
    }),
  )
}

export function clearSessionCookies(reply: FastifyReply, writer: SessionCookieWriter): void {
  const { secure, domain } = writer
  const gone = { value: '', httpOnly: true, secure, sameSite: 'lax', maxAge: 0 } as const
  add(reply, stringifySetCookie({ ...loginPlace(writer), ...gone }))
  const shared = domain === undefined ? gone : { ...gone, domain }
  add(reply, stringifySetCookie({ name: SESSION_ID_COOKIE, path: '/', ...shared }))
  add(reply, stringifySetCookie({ name: XSRF_COOKIE, path: '/hub/', ...gone, httpOnly: false }))
}

/** The end of a credential for the hub that somebody else has set, of the one path and domain. */
export function goneLogin({
  path,
  domain,
  secure,
}: SessionCookieWriter & { readonly path: string }): string {
  const place = { path, secure, ...(domain !== undefined && { domain }) }
  return stringifySetCookie({ name: LOGIN_COOKIE, value: '', maxAge: 0, ...place })
}

/** Readable by the page's own script, as JupyterHub's clients expect. */
export function setXsrfCookie(reply: FastifyReply, value: string, { secure }: CookieWriter): void {
  add(
    reply,
    stringifySetCookie({ name: XSRF_COOKIE, value, path: '/hub/', secure, sameSite: 'lax' }),
  )
}

/** Lets this browser try its own name even while others are braked; gives no right to anything. */
export function setKnownBrowserCookie(
  reply: FastifyReply,
  value: string,
  { secure }: CookieWriter,
): void {
  const year = 365 * DAY_S
  add(
    reply,
    stringifySetCookie({
      name: KNOWN_BROWSER_COOKIE,
      value,
      path: '/hub/',
      httpOnly: true,
      secure,
      sameSite: 'strict',
      maxAge: year,
    }),
  )
}

function add(reply: FastifyReply, cookie: string): void {
  reply.header('set-cookie', cookie)
}
