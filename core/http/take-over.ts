import type { PersonOwner } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'

import { type Caller, isAdmin } from './caller.ts'

/**
 * Whoever opens a way into an account, by a link or a password, or gives it a name, gives all that comes with it: so he must hold
 * what roles give its owner, but for what everyone holds over what is his own. Admins may do it of anybody.
 * @param before what the owner was until now: roles that he had then are not asked about
 * @throws HubError `forbidden`
 */
export async function requireToHoldRolesOf(
  rights: RightsService,
  caller: Caller,
  owner: PersonOwner,
  before?: PersonOwner,
): Promise<void> {
  if (isAdmin(caller)) return
  const lacking = await rights.lackingOf(caller.scopes, owner, before)
  if (lacking.length === 0) return
  throw new HubError(
    'forbidden',
    `${owner.name} may do more than you: ${lacking.slice(0, 5).join(', ')}`,
  )
}
