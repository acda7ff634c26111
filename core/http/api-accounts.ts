import type { FastifyInstance } from 'fastify'

import {
  changePassword,
  listRights,
  lockUser,
  makePasswordLink,
  unlockUser,
} from '#core/contract/accounts.ts'
import { makeSetUpLink, makeSignUpLink } from '#core/contract/sign-in.ts'
import type { Reason } from '#core/domain/access/access.ts'
import { ownerOf } from '#core/domain/access/owner.ts'
import { HubError } from '#core/domain/errors.ts'
import type { OneTimeCode } from '#core/domain/sign-in/links-service.ts'

import { refusedToldBy } from './audit-trail.ts'
import { personOf, requireAdminFor } from './caller.ts'
import { KNOWN_BROWSER_COOKIE, readCookie } from './cookies.ts'
import { clientAddress } from './door.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'
import { requireToHoldRolesOf } from './what-comes-with.ts'

/** Accounts: locking, passwords, one-time links, and why somebody may do what he may. */
export function mountAccounts(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { users, links, passwords, rights, publicUrl } = deps
  const linkBody = (page: string, { code, expiresAt }: OneTimeCode) => ({
    url: `${publicUrl}/hub/${page}#${code}`,
    expires_at: expiresAt.toISOString(),
  })

  mount(app, gate, lockUser, async ({ caller, params, body, note }) => {
    const user = await users.get(params.user)
    requireAdminFor(caller, user, rights.access.roles)
    if (personOf(caller)?.id === user.id) throw new HubError('invalid', 'you cannot lock yourself')
    note.detail = body.stop_servers ? 'servers stopped' : ''
    await users.lock(user, { stopServers: body.stop_servers })
  })

  mount(app, gate, unlockUser, async ({ caller, params }) => {
    const user = await users.get(params.user)
    requireAdminFor(caller, user, rights.access.roles)
    await users.unlock(user)
  })

  mount(app, gate, makeSignUpLink, async ({ caller, params }) => {
    const user = await users.get(params.user)
    requireAdminFor(caller, user, rights.access.roles)
    await requireToHoldRolesOf(rights, caller, ownerOf(user))
    return linkBody('sign-up', await links.makeSignUpLink(user))
  })

  mount(app, gate, makePasswordLink, async ({ caller, params }) => {
    const user = await users.get(params.user)
    requireAdminFor(caller, user, rights.access.roles)
    await requireToHoldRolesOf(rights, caller, ownerOf(user))
    return linkBody('sign-up', await links.makePasswordLink(user))
  })

  mount(app, gate, makeSetUpLink, async () => linkBody('setup', await links.makeSetUpLink()))

  mount(app, gate, changePassword, async ({ caller, body, request, note }) => {
    const user = personOf(caller)
    if (!user) throw new HubError('forbidden', 'only a person has a password')
    note.targets = [{ user: user.name }]
    const leave = new AbortController()
    request.raw.once('close', () => leave.abort(new Error('the client left')))
    const changing = passwords.change(
      user,
      { old: body.old_password, wanted: body.new_password },
      {
        address: clientAddress(request.raw),
        knownBrowser: readCookie(request, KNOWN_BROWSER_COOKIE),
        sessionId: caller.by === 'session' ? caller.session.id : null,
      },
      leave.signal,
    )
    await refusedToldBy(changing, () => gate.trail.signInRefused(request, user.name))
  })

  mount(app, gate, listRights, async ({ params }) => {
    const user = await users.get(params.user)
    const owner = ownerOf(user)
    const held = rights.scopesOf(owner).map((scope) => ({
      scope,
      reasons: rights.access.why(scope, owner).map(reasonBody),
    }))
    return { user: user.name, rights: held }
  })
}

function reasonBody({ held: { role, through }, scope }: Reason) {
  return {
    role: role.name,
    scope,
    through: through.kind,
    ...(through.kind === 'group' && { group: through.group }),
  }
}
