import type { ServerBody, UserBody } from '#core/contract/models.ts'
import { holds } from '#core/domain/access/holds.ts'
import { ownerOf } from '#core/domain/access/owner.ts'
import type { RoleBook } from '#core/domain/access/roles.ts'
import { prefixOf, quote, type Server } from '#core/domain/servers/server.ts'
import type { User } from '#core/domain/users/user.ts'

/** JupyterHub's model of a server. */
export function serverBody(server: Server, publicUrl: string): ServerBody {
  const { id, state } = server
  const url = prefixOf(id)
  const progress = progressPathOf(server)
  return {
    name: id.name,
    full_name: `${id.user}/${id.name}`,
    display_name: server.displayName || id.name,
    ready: state === 'ready',
    stopped: state === 'stopped' || state === 'failed',
    pending: pendingOf(server),
    url,
    progress_url: progress,
    full_url: publicUrl + url,
    full_progress_url: publicUrl + progress,
    started: server.startedAt?.toISOString() ?? null,
    last_activity: server.lastActivity?.toISOString() ?? null,
    user_options: { ...server.userOptions },
    since: server.stateSince.toISOString(),
    failure: server.failure && { reason: server.failure.reason, log: [...server.failure.log] },
  }
}

function progressPathOf({ id: { user, name } }: Server): string {
  const server = name === '' ? 'server' : `servers/${quote(name)}`
  return `/hub/api/users/${quote(user)}/${server}/progress`
}

/** JupyterHub's model of a person, with what the asker's scopes let him see and nothing else. */
export function userBody(
  user: User,
  servers: readonly Server[],
  scopes: readonly string[],
  { publicUrl, roles }: { readonly publicUrl: string; readonly roles: RoleBook },
): UserBody {
  const may = (scope: string) =>
    holds(scopes, scope, { user: user.name }, () => user.groups) === 'yes'
  const own = servers.find(({ id }) => id.name === '')
  return {
    kind: 'user',
    name: user.name,
    ...(may('read:users:name') && { user_info: {}, admin: user.admin }),
    ...(may('read:roles:users') && { roles: [...roles.namesOf(ownerOf(user))] }),
    ...(may('read:users:groups') && { groups: [...user.groups] }),
    ...(may('read:users:activity') && { last_activity: user.lastActivity?.toISOString() ?? null }),
    ...(may('read:users') && {
      created: user.createdAt.toISOString(),
      pending: own ? pendingOf(own) : null,
      server: own?.state === 'ready' ? prefixOf(own.id) : null,
    }),
    ...(may('read:servers') && { servers: runningBodies(servers, publicUrl) }),
  }
}

function pendingOf({ state }: Server): ServerBody['pending'] {
  if (state === 'spawning') return 'spawn'
  return state === 'stopping' ? 'stop' : null
}

/** As in JupyterHub's model, servers at rest are left out. */
function runningBodies(servers: readonly Server[], publicUrl: string): Record<string, ServerBody> {
  const shown = servers.filter(({ state }) => state !== 'stopped' && state !== 'failed')
  return Object.fromEntries(shown.map((server) => [server.id.name, serverBody(server, publicUrl)]))
}
