import { createHmac } from 'node:crypto'

import { randomHex, sameSecret } from '#core/base/random.ts'

const YEAR_MS = 365 * 86_400_000

/**
 * What a browser keeps that its owner signed in with before: it proves that this browser once gave the right password, and
 * gives no right. Form: issued at, nonce, signature; bound to the name.
 */
export function makeKnownBrowser(secret: string, userName: string, now: Date): string {
  const body = `${now.getTime().toString(36)}.${randomHex(12)}`
  return `${body}.${sign(secret, userName, body)}`
}

/** The browser's own nonce, when it is one that `userName` signed in with within the last year. */
export function readKnownBrowser(
  secret: string,
  userName: string,
  value: string | undefined,
  now: Date,
): string | undefined {
  const [issued = '', nonce = '', signature = '', ...rest] = (value ?? '').split('.')
  if (rest.length > 0 || !/^[0-9a-z]{1,12}$/.test(issued) || !/^[0-9a-f]{24}$/.test(nonce))
    return undefined
  if (!sameSecret(sign(secret, userName, `${issued}.${nonce}`), signature)) return undefined
  const age = now.getTime() - Number.parseInt(issued, 36)
  return age >= 0 && age < YEAR_MS ? nonce : undefined
}

function sign(secret: string, userName: string, body: string): string {
  return createHmac('sha256', secret)
    .update(`known browser ${userName} ${body}`)
    .digest('base64url')
}
