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
  return {
    kind: 'user',
    name: user.name,
    ...whoBody(user, may, roles),
    ...(may('read:users') && {
      created: user.createdAt.toISOString(),
      pending: own ? pendingOf(own) : null,
      server: own?.state === 'ready' ? addresses.urlOf(own.id) : null,
      locked: user.locked,
    }),
    ...((may('read:servers') || shown.length > 0) && {
      servers: Object.fromEntries(
        shown.map((server) => {
          const target = { user: user.name, server: server.id.name }
          const withState = sight('admin:server_state', target, user.groups)
          const body = serverBody(server, addresses)
          return [server.id.name, withState ? { ...body, state: stateBody(server) } : body]
        }),
      ),
    }),
    ...(may('admin:auth_state') && { auth_state: null }),
  }
}

/** `read:users` shows everything here; the others a part of it. */
function whoBody(user: User, may: (scope: string) => boolean, roles: RoleBook): Partial<UserBody> {
  const all = may('read:users')
  const named = all || may('read:users:name')
  const withRoles = all || may('read:roles:users')
  return {
    ...(named && { user_info: {} }),
    ...((named || withRoles) && { admin: user.admin }),
    ...(withRoles && { roles: [...roles.namesOf(ownerOf(user))] }),
    ...(may('read:users:groups') && { groups: [...user.groups] }),
    ...(may('read:users:activity') && { last_activity: user.lastActivity?.toISOString() ?? null }),
  }
}
