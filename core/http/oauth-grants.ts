import { NO_OWNER, type Owner, ownerOf } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'
import type { AuthorizeRequest } from '#core/oauth/authorize.ts'

import type { BrowserCaller } from './caller.ts'
import { describeScope } from './scope-words.ts'

/** What a client learns of everyone who comes in, whatever it asks for. */
const IDENTITY = ['read:users:name!user', 'read:users:groups!user']

/** What is needed to know who somebody is. */
export function expandIdentity({ access }: RightsService, owner: Owner): readonly string[] {
  return access.expand(IDENTITY, owner)
}

/** What a client may get of a visitor. */
export interface Grantable {
  /** The way in, and who he is: without it he does not come in. */
  readonly needed: readonly string[]
  /** What he can leave out. */
  readonly more: readonly string[]
}

/**
 * What the client gets: the access that the visitor holds, who he is, and of what was asked for as much as the client may
 * have and the visitor holds.
 * @throws HubError `forbidden` when he may not come in at all
 */
export async function grantable(
  { client, scopes }: AuthorizeRequest,
  { user, scopes: held }: BrowserCaller,
  rights: RightsService,
): Promise<Grantable> {
  const owner = ownerOf(user)
  const expand = (written: readonly string[]) => rights.access.expandKnown(written, owner)
  const access = await rights.intersect(expand(client.accessScopes), held)
  if (access.length === 0) throw new HubError('forbidden', `You may not use ${client.description}.`)
  const needed = new Set([...access, ...(await rights.intersect(expand(IDENTITY), held))])
  // Names of roles were scopes once, and clients still ask for them: what is no scope is passed over (JupyterHub does too).
  // Who asks for nothing in particular gets all that the client may have.
  const wanted = expand(scopes.length === 0 ? client.allowedScopes : scopes)
  const more = await rights.intersect(
    await rights.intersect(wanted, expand(client.allowedScopes)),
    held,
  )
  return {
    needed: [...needed].toSorted(),
    more: more.filter((scope) => !needed.has(scope)),
  }
}

/** Those that no other one brings with it. */
function withoutIncluded(scopes: readonly string[], { access }: RightsService): readonly string[] {
  const brought = new Set(
    scopes.flatMap((scope) => access.expand([scope], NO_OWNER).filter((each) => each !== scope)),
  )
  return scopes.filter((scope) => !brought.has(scope))
}

/** What the visitor is asked, in plain words. */
export function questions(
  { needed, more }: Grantable,
  visitor: string,
  rights: RightsService,
): { scope: string; description: string; needed: boolean }[] {
  const custom = (name: string) => rights.access.catalog.customDescription(name)
  return [...needed, ...withoutIncluded(more, rights)].map((scope) => ({
    scope,
    description: describeScope(scope, { visitor, custom }),
    needed: needed.includes(scope),
  }))
}
