import { ownerOf, type PersonOwner } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'
import { normaliseGroupName } from '#core/domain/groups/group-name.ts'
import type { GroupService } from '#core/domain/groups/group-service.ts'
import { normaliseUserName } from '#core/domain/users/user-name.ts'
import type { User } from '#core/domain/users/user.ts'

import { type Caller, isAdmin } from './caller.ts'

interface Deps {
  readonly rights: RightsService
  readonly groups: GroupService
}

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
  if (isAdmin(caller, rights.access.roles)) return
  const lacking = await rights.lackingOf(caller.scopes, owner, before)
  if (lacking.length === 0) return
  throw new HubError(
    'forbidden',
    `${owner.name} may do more than you: ${lacking.slice(0, 5).join(', ')}`,
  )
}

/** Names carry rights, where the configuration has them: roles, and groups. @throws HubError `forbidden`, `invalid` */
export async function requireToName(
  { rights, groups }: Deps,
  caller: Caller,
  user: User,
  rawName: string,
): Promise<void> {
  const owner = namedOwner(groups, rawName, user.groups)
  if (isAdmin(caller, rights.access.roles) || owner.name === user.name) return
  requireGroups(
    caller,
    owner.groups.filter((group) => !user.groups.includes(group)),
    'name',
  )
  await requireToHoldRolesOf(rights, caller, owner, ownerOf(user))
}

/** Somebody under a name that he is to have, with the groups that the configuration puts him into. */
export function namedOwner(
  groups: GroupService,
  rawName: string,
  others: readonly string[],
): PersonOwner {
  const name = normaliseUserName(rawName)
  const all = new Set([...others, ...groups.configuredFor(name)])
  return { kind: 'user', name, admin: false, groups: [...all] }
}

/** Groups carry rights: who puts somebody in, or takes him out, must hold `groups` over each of them. @throws HubError `forbidden` */
export async function allowedGroups(
  { groups }: Pick<Deps, 'groups'>,
  caller: Caller,
  person: { readonly name?: string; readonly groups: readonly string[] },
  wanted: readonly string[],
): Promise<readonly string[]> {
  const names = [...new Set(wanted.map(normaliseGroupName))]
  const changed = [
    ...names.filter((name) => !person.groups.includes(name)),
    ...person.groups.filter((name) => !names.includes(name)),
  ]
  requireGroups(caller, changed, 'groups')
  await groups.checkGroupsOf(person, names)
  return names
}

function requireGroups({ scopes }: Caller, changed: readonly string[], field: string): void {
  const sight = sightOf(scopes)
  const closed = changed.find((group) => !sight('groups', { group }))
  if (closed !== undefined)
    throw new HubError('forbidden', `${field}: you may not change who is in ${closed}`)
}
