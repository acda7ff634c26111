import type { UserBody } from '#core/contract/models.ts'
import { ownerOf } from '#core/domain/access/owner.ts'
import type { RoleBook } from '#core/domain/access/roles.ts'
import type { Sight } from '#core/domain/access/sight.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import type { Server } from '#core/domain/servers/server.ts'
import type { User } from '#core/domain/users/user.ts'

import { pendingOf, serverBody, stateBody } from './bodies.ts'

export interface UserView {
  readonly addresses: Addresses
  readonly roles: RoleBook
  /** Whether servers at rest are shown too. */
  readonly withStopped: boolean
}

/** JupyterHub's model of a person: what the asker may not see is absent, and so are servers at rest. */
export function userBody(
  user: User,
  servers: readonly Server[],
  sight: Sight,
  { addresses, roles, withStopped }: UserView,
): UserBody {
  const may = (scope: string) => sight(scope, { user: user.name }, user.groups)
  const own = servers.find(({ id }) => id.name === '')
  const shown = servers.filter(
    ({ id, state }) =>
      (withStopped || (state !== 'stopped' && state !== 'failed')) &&
      sight('read:servers', { user: user.name, server: id.name }, user.groups),
  )
  // Assigned one by one: a page makes hundreds of them, and spreading parts costs several times as much.
  const body: UserBody = { kind: 'user', name: user.name }
  addWho(body, user, { may, roles })
  if (may('read:users')) {
    body.created = user.createdAt.toISOString()
    body.pending = own ? pendingOf(own) : null
    body.server = own?.state === 'ready' ? addresses.urlOf(own.id) : null
    body.locked = user.locked
  }
  if (may('read:servers') || shown.length > 0)
    body.servers = Object.fromEntries(
      shown.map((server) => {
        const target = { user: user.name, server: server.id.name }
        const withState = sight('admin:server_state', target, user.groups)
        const one = serverBody(server, addresses)
        return [server.id.name, withState ? { ...one, state: stateBody(server) } : one]
      }),
    )
  if (may('admin:auth_state')) body.auth_state = null
  return body
}

/** `read:users` shows everything here; the others a part of it. */
function addWho(
  body: UserBody,
  user: User,
  { may, roles }: { readonly may: (scope: string) => boolean; readonly roles: RoleBook },
): void {
  const all = may('read:users')
  const named = all || may('read:users:name')
  const withRoles = all || may('read:roles:users')
  if (named) body.user_info = {}
  if (named || withRoles) body.admin = user.admin
  if (withRoles) body.roles = [...roles.namesOf(ownerOf(user))]
  if (may('read:users:groups')) body.groups = [...user.groups]
  if (may('read:users:activity')) body.last_activity = user.lastActivity?.toISOString() ?? null
}
