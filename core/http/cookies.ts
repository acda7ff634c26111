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

/** One cookie of the request; undefined when it is absent. */
export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie
  return header === undefined ? undefined : parseCookie(header)[name]
}

/** What a browser keeps that is signed in: the credential for the hub alone, and the session's id for all servers. */
export function setSessionCookies(
  reply: FastifyReply,
  session: { id: string; secret: string },
  { secure, domain, days }: SessionCookieWriter & { readonly days: number },
): void {
  const shared = { httpOnly: true, secure, sameSite: 'lax', maxAge: days * DAY_S } as const
  add(
    reply,
    stringifySetCookie({ name: LOGIN_COOKIE, value: session.secret, path: '/hub/', ...shared }),
  )
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

export function clearSessionCookies(
  reply: FastifyReply,
  { secure, domain }: SessionCookieWriter,
): void {
  const gone = { value: '', httpOnly: true, secure, sameSite: 'lax', maxAge: 0 } as const
  add(reply, stringifySetCookie({ name: LOGIN_COOKIE, path: '/hub/', ...gone }))
  const shared = domain === undefined ? gone : { ...gone, domain }
  add(reply, stringifySetCookie({ name: SESSION_ID_COOKIE, path: '/', ...shared }))
  add(reply, stringifySetCookie({ name: XSRF_COOKIE, path: '/hub/', ...gone, httpOnly: false }))
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
