import { foldName } from '#core/base/folded-name.ts'
import type { TokenService } from '#core/domain/tokens/token-service.ts'
import type { ServiceBook } from '#core/domain/services/service-book.ts'
import { type Service, serviceAccessScopeOf } from '#core/domain/services/service.ts'
import { accessScopesOf } from '#core/domain/servers/server-environment.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import {
  clientIdOf,
  namesInClientId,
  type Server,
  type ServerId,
} from '#core/domain/servers/server.ts'
import type { ServerService } from '#core/domain/servers/server-service.ts'
import { anyOf, type ClientDirectory, type OAuthClient } from '#core/oauth/client.ts'

import type { HubHttpDeps } from './hub-http.ts'

type ClientDeps = Pick<HubHttpDeps, 'servers' | 'services' | 'tokens' | 'addresses'>

/** All OAuth clients: running servers, and services. */
export function clientsOf({ servers, services, tokens, addresses }: ClientDeps): ClientDirectory {
  return anyOf([
    serversAsClients(servers, tokens, addresses),
    servicesAsClients(services, tokens, addresses),
  ])
}

/** Where signing in leads in the end when it was asked for by a client: back to the address that it registered. Undefined for any other `next`. */
export async function wayBackOf(
  next: string,
  clients: ClientDirectory,
): Promise<string | undefined> {
  const asked = URL.parse(next, 'http://hub.invalid')
  if (asked?.pathname !== '/hub/api/oauth2/authorize') return undefined
  return (await clients.find(asked.searchParams.get('client_id') ?? ''))?.redirectUri
}

/** Running servers as OAuth clients: a server's own token is its secret. A server that does not run is no client. */
function serversAsClients(
  servers: Pick<ServerService, 'get'>,
  tokens: Pick<TokenService, 'identify'>,
  addresses: Addresses,
): ClientDirectory {
  return {
    find: async (clientId) => {
      const id = serverOf(clientId)
      const server = id && (await servers.get(id))
      return server && isUp(server) && clientIdOf(server.id) === clientId
        ? clientOf(server, addresses)
        : undefined
    },
    verifySecret: async (clientId, secret) => {
      const token = await tokens.identify(secret)
      return token?.kind === 'server' && token.clientId === clientId
    },
  }
}

function clientOf({ id }: Server, addresses: Addresses): OAuthClient {
  return {
    id: clientIdOf(id),
    description:
      id.name === '' ? `${id.user}'s notebook server` : `${id.user}'s notebook server ${id.name}`,
    redirectUri: `${addresses.urlOf(id)}oauth_callback`,
    accessScopes: accessScopesOf(id),
    allowedScopes: [],
    owner: id.user,
    noConfirm: false,
  }
}

/** Services that have a way back as OAuth clients: any of a service's tokens is its secret. */
function servicesAsClients(
  services: Pick<ServiceBook, 'findByClient'>,
  tokens: Pick<TokenService, 'identify'>,
  addresses: Addresses,
): ClientDirectory {
  return {
    find: async (clientId) => {
      if (!clientId.startsWith('service-')) return undefined
      const service = await services.findByClient(clientId)
      return service && serviceClientOf(service, addresses)
    },
    verifySecret: async (clientId, secret) => {
      if (!clientId.startsWith('service-')) return false
      const token = await tokens.identify(secret)
      if (token?.kind !== 'service' || token.owner.kind !== 'service') return false
      return (await services.findByClient(clientId))?.name === token.owner.service
    },
  }
}

function serviceClientOf(service: Service, addresses: Addresses): OAuthClient | undefined {
  const { name, clientId, redirectUri, allowedScopes, noConfirm } = service
  if (redirectUri === null) return undefined
  return {
    id: clientId,
    description: `the service ${name}`,
    redirectUri: addresses.locate(redirectUri),
    accessScopes: [serviceAccessScopeOf(service)],
    allowedScopes,
    owner: null,
    noConfirm,
  }
}

const isUp = ({ state }: Server) => state === 'ready' || state === 'spawning'

/** The server that a client id names. Whether it is spelt as ours is for whoever finds it to say. */
function serverOf(clientId: string): ServerId | undefined {
  const names = namesInClientId(clientId)
  const read = names && foldName(names.user)
  return names && read && 'name' in read ? { user: read.name, name: names.name } : undefined
}
