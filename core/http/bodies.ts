import type { ServerBody } from '#core/contract/models.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import { quote, type Server } from '#core/domain/servers/server.ts'

/** JupyterHub's model of a server. */
export function serverBody(server: Server, addresses: Addresses): ServerBody {
  const { id, state } = server
  const url = addresses.urlOf(id)
  const progress = progressPathOf(server)
  const stopped = state === 'stopped' || state === 'failed'
  return {
    name: id.name,
    full_name: `${id.user}/${id.name}`,
    display_name: server.displayName || id.name,
    ready: state === 'ready',
    stopped,
    pending: pendingOf(server),
    url,
    progress_url: progress,
    full_url: addresses.fullUrlOf(id),
    full_progress_url: addresses.hub + progress,
    started: stopped ? null : (server.startedAt?.toISOString() ?? null),
    last_activity: server.lastActivity?.toISOString() ?? null,
    user_options: { ...server.userOptions },
    since: server.stateSince.toISOString(),
    has_run: server.startedAt !== null,
    failure: server.failure && { reason: server.failure.reason, log: [...server.failure.log] },
  }
}

function progressPathOf({ id: { user, name } }: Server): string {
  const server = name === '' ? 'server' : `servers/${quote(name)}`
  return `/hub/api/users/${quote(user)}/${server}/progress`
}

export function pendingOf({ state }: Server): ServerBody['pending'] {
  if (state === 'spawning') return 'spawn'
  return state === 'stopping' ? 'stop' : null
}

/** What the spawner knows the server by: for who holds `admin:server_state`. */
export function stateBody({ handle }: Server): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(handle ?? {}).filter(([key]) => key !== 'adapter' && key !== 'publicId'),
  )
}
