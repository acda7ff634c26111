import { ownerOf } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import type { Caller } from './caller.ts'

/**
 * The scopes of a new token: all of the owner's when none are named. Nobody makes a token that may do more than its owner,
 * or, through a token, more than that token.
 * @throws HubError `invalid`
 */
export async function requestedScopes(
  wanted: readonly string[] | undefined,
  owner: User,
  { caller, rights }: { readonly caller: Caller; readonly rights: RightsService },
): Promise<readonly string[]> {
  const scopes = wanted ?? ['inherit']
  const expanded = rights.access.expand(scopes, ownerOf(owner))
  const limits = [
    rights.scopesOf(ownerOf(owner)),
    ...(caller.by === 'token' && caller.user.id === owner.id ? [caller.scopes] : []),
  ]
  for (const limit of limits) {
    const granted = new Set(await rights.intersect(expanded, limit))
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
