import type { TokenService } from '#core/domain/tokens/token-service.ts'
import { accessScopesOf } from '#core/domain/servers/server-environment.ts'
import { clientIdOf, prefixOf, type Server, type ServerId } from '#core/domain/servers/server.ts'
import type { ServerService } from '#core/domain/servers/server-service.ts'
import { normaliseUserName } from '#core/domain/users/user-name.ts'
import type { ClientDirectory, OAuthClient } from '#core/oauth/client.ts'

const PREFIX = 'jupyterhub-user-'

/** Running servers as OAuth clients: a server's own token is its secret. A server that does not run is no client. */
export function serversAsClients(
  servers: Pick<ServerService, 'get'>,
  tokens: Pick<TokenService, 'identify'>,
): ClientDirectory {
  return {
    find: async (clientId) => {
      const id = serverOf(clientId)
      const server = id && (await servers.get(id))
      return server && isUp(server) && clientIdOf(server.id) === clientId
        ? clientOf(server)
        : undefined
    },
    verifySecret: async (clientId, secret) => {
      const token = await tokens.identify(secret)
      return token?.kind === 'server' && token.clientId === clientId
    },
  }
}

function clientOf({ id }: Server): OAuthClient {
  return {
    id: clientIdOf(id),
    description: `${id.user}'s notebook server`,
    redirectUri: `${prefixOf(id)}oauth_callback`,
    accessScopes: accessScopesOf(id),
    allowedScopes: [],
    owner: id.user,
  }
}

const isUp = ({ state }: Server) => state === 'ready' || state === 'spawning'

function serverOf(clientId: string): ServerId | undefined {
  if (!clientId.startsWith(PREFIX)) return undefined
  try {
    return { user: normaliseUserName(decodeURIComponent(clientId.slice(PREFIX.length))), name: '' }
  } catch {
    // No name, so nobody's server.
    return undefined
  }
}
