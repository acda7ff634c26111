import { createHash } from 'node:crypto'

import { sameSecret } from '#core/base/random.ts'

import { OAuthError } from './oauth-error.ts'

/** RFC 7636 section 4.1 and 4.2: 43 to 128 unreserved characters. */
const SHAPE = /^[A-Za-z0-9._~-]{43,128}$/

/** The challenge of an authorization request; only S256, because `plain` protects from nobody who reads the request. */
export function readChallenge(
  challenge: string | undefined,
  method: string | undefined,
): string | null {
  if (challenge === undefined) {
    if (method !== undefined)
      throw new OAuthError(
        'invalid_request',
        'code_challenge_method is given without code_challenge',
      )
    return null
  }
  if (method !== 'S256')
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256')
  if (!SHAPE.test(challenge)) throw new OAuthError('invalid_request', 'code_challenge is malformed')
  return challenge
}

/** RFC 7636 section 4.6: whoever comes for the token must be who asked for the code. */
export function checkVerifier(challenge: string | null, verifier: string | undefined): void {
  if (challenge === null) {
    if (verifier !== undefined)
      throw new OAuthError(
        'invalid_grant',
        'code_verifier is given, but the code was asked for without a challenge',
      )
    return
  }
  const fits =
    verifier !== undefined &&
    SHAPE.test(verifier) &&
    sameSecret(createHash('sha256').update(verifier).digest('base64url'), challenge)
  if (!fits) throw new OAuthError('invalid_grant', 'code_verifier does not fit the code')
}
