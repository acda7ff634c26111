import { createHash, createHmac } from 'node:crypto'

import { sameSecret } from '#core/base/random.ts'

/** Whose browser it is: a session's, or one that nobody is signed in in. */
export type BrowserIdentity =
  | { readonly sessionId: string }
  | { readonly anonymous: { readonly address: string; readonly userAgent: string } }

/** What a token is bound to, so that one browser's token is of no use in another. */
export function xsrfIdOf(identity: BrowserIdentity): string {
  const text =
    'sessionId' in identity
      ? `session ${identity.sessionId}`
      : `anonymous ${identity.anonymous.address} ${identity.anonymous.userAgent}`
  return createHash('sha256').update(text).digest('base64url')
}

/** The token of a browser: the same each time, known to nobody without the secret. Safe in URLs. */
export function makeXsrfToken(secret: string, id: string): string {
  return createHmac('sha256', secret).update(`xsrf ${id}`).digest('base64url')
}

export function verifyXsrfToken(secret: string, id: string, token: string): boolean {
  return sameSecret(makeXsrfToken(secret, id), token)
}

/**
 * The browser's own token among its `_xsrf` cookies. Several may come, from other paths and hosts: one that somebody else
 * planted does not verify and is passed over.
 */
export function firstValidXsrfCookie(
  header: string | undefined,
  secret: string,
  id: string,
): string | undefined {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith('_xsrf='))
    .map((pair) => pair.slice('_xsrf='.length))
    .find((token) => verifyXsrfToken(secret, id, token))
}

export interface XsrfQuestion {
  readonly method: string
  readonly secFetchMode: string | undefined
  readonly secFetchSite: string | undefined
  readonly authenticatedBy: 'token' | 'cookie' | 'none' | 'operator'
  readonly isApi: boolean
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request must carry the token (JupyterHub's rules since 4.1, as corrected in 5.4.5): not one that a page cannot
 * make a browser send, nor a reading one that a page of another origin cannot see the answer of.
 */
export function needsXsrfCheck({
  method,
  secFetchMode,
  secFetchSite,
  authenticatedBy,
  isApi,
}: XsrfQuestion): boolean {
  if (authenticatedBy === 'token' || authenticatedBy === 'operator') return false
  if (!READS.has(method)) return true
  if (!isApi || authenticatedBy === 'none') return false
  if (secFetchMode === undefined || secFetchMode === 'navigate') return false
  // Our own pages read with `cors` and `same-origin`, an image of ours with `no-cors`; the browser itself says which page asks.
  return secFetchSite !== 'same-origin'
}
