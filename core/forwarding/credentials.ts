import { hashSecret } from '#core/base/random.ts'

import { headerOf, type RequestHead } from './message.ts'

/** 128 bits of a SHA-256 in hexadecimal: enough to tell credentials apart, and of no use to whoever finds them. */
const LENGTH = 32
/** A request that shows more credentials than any client has is told by its first ones. */
const MOST = 16

/** How a credential, or the hash of one as it is kept at rest, is compared. */
export const fingerprintOf = (sha256: string): string => sha256.slice(0, LENGTH).toLowerCase()

/**
 * By what a request can be told to be somebody's, without knowing whose: fingerprints of the token in its header or query, of
 * the browser session's id, and of the tokens in the signed cookies by which servers know their visitors.
 */
export function credentialsOf({
  headers,
  target,
}: Pick<RequestHead, 'headers' | 'target'>): readonly string[] {
  const found = new Set<string>()
  const token = /^(?:token|bearer)\s+(\S+)\s*$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1]
  if (token !== undefined) found.add(token)
  const query = target.split('?', 2)[1]
  if (query?.includes('token') === true)
    for (const each of new URLSearchParams(query).getAll('token')) found.add(each)
  // Browsers send one header of cookies; HTTP/2 takes it apart (RFC 9113 section 8.2.3).
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === 'cookie')
      for (const each of inCookies(headers[i + 1] ?? '')) found.add(each)
  return [...found].slice(0, MOST).map((text) => fingerprintOf(hashSecret(text)))
}

/**
 * The session's id stands in its cookie as it is. A server's own cookie holds its visitor's token as Tornado signs values:
 * `2|version|length:time|length:name|length:base64|signature`.
 */
function inCookies(header: string): readonly string[] {
  const ids = header.matchAll(/(?:^|;\s*)jupyterhub-session-id="?([^;"\s]+)/g)
  const signed = header.matchAll(
    /2\|\d+:\d+\|\d+:\d+\|\d+:[^|;]*\|\d+:([A-Za-z0-9+/]+=*)\|[0-9a-f]{64}/g,
  )
  return [
    ...[...ids].map(([, id = '']) => id),
    ...[...signed].map(([, value = '']) => Buffer.from(value, 'base64').toString('latin1')),
  ]
}
