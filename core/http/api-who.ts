import type { FastifyInstance } from 'fastify'

import { sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'

import type { HubHttpDeps } from './hub-http.ts'
import type { Gate } from './mount.ts'
import { serviceBody } from './service-body.ts'
import { userBody } from './user-body.ts'

/**
 * `GET /user`: who has this credential. Every single-user server asks it for each new visitor, so it is the hottest path
 * of the hub.
 */
export function mountWho(
  app: FastifyInstance,
  gate: Gate,
  { users, servers, services, serviceLife, rights, addresses }: HubHttpDeps,
): void {
  app.get('/user', async (request) => {
    const caller = await gate.authenticate(request)
    if (!caller) throw new HubError('not_signed_in', 'Missing or invalid credentials.')
    if (caller.by === 'operator' || caller.by === 'password')
      throw new HubError('not_found', 'the operator is no person')
    const credential = {
      token_id: caller.by === 'session' ? null : `a${caller.token.id}`,
      session_id: caller.by === 'session' ? caller.session.id : caller.token.sessionId,
      scopes: caller.scopes.toSorted(),
    }
    if (caller.by === 'service') {
      const { service: name, admin } = caller
      const shown = await services.get(name)
      const condition = serviceLife.conditionOf(name)
      const body = serviceBody(shown, sightOf(caller.scopes), {
        roles: rights.access.roles,
        condition,
      })
      return { ...body, admin, ...credential }
    }
    const user = await users.get(caller.user.name)
    const { roles } = rights.access
    return {
      ...userBody(user, await servers.listOf(user.name), sightOf(caller.scopes), {
        addresses,
        roles,
        withStopped: false,
      }),
      ...credential,
    }
  })
}
