import { expandScopes, intersectScopes } from '#core/domain/access/expand-scopes.ts'
import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import { scopesOf } from './authenticate.ts'
import type { Caller } from './caller.ts'

/**
 * The scopes of a new token: all of the owner's when none are named. Nobody makes a token that may do more than its owner,
 * or, through a token, more than that token.
 * @throws HubError `invalid`
 */
export function requestedScopes(
  wanted: readonly string[] | undefined,
  owner: User,
  caller: Caller,
): readonly string[] {
  const scopes = wanted ?? ['inherit']
  const expanded = expandScopes(scopes, owner)
  const limits = [
    scopesOf(owner),
    ...(caller.by === 'token' && caller.user.id === owner.id ? [caller.scopes] : []),
  ]
  for (const limit of limits) {
    const granted = new Set(intersectScopes(expanded, limit))
    const excessive = expanded.filter((scope) => !granted.has(scope))
    if (excessive.length > 0) {
      throw new HubError(
        'invalid',
        `the owner of the token does not hold ${excessive.slice(0, 5).join(', ')}`,
      )
    }
  }
  return scopes
}
