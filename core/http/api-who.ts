import type { FastifyInstance } from 'fastify'

import { HubError } from '#core/domain/errors.ts'

import { userBody } from './bodies.ts'
import type { HubHttpDeps } from './hub-http.ts'
import type { Authenticate } from './mount.ts'

/**
 * `GET /user`: who has this credential. Every single-user server asks it for each new visitor, so it is the hottest path
 * of the hub.
 */
export function mountWho(
  app: FastifyInstance,
  authenticate: Authenticate,
  { users, servers, publicUrl }: HubHttpDeps,
): void {
  app.get('/user', async (request) => {
    const caller = await authenticate(request)
    if (!caller) throw new HubError('not_signed_in', 'Missing or invalid credentials.')
    if (caller.by === 'operator') throw new HubError('not_found', 'the operator is no person')
    const user = await users.get(caller.user.name)
    return {
      ...userBody(user, await servers.listOf(user.name), caller.scopes, publicUrl),
      token_id: caller.by === 'token' ? `a${caller.token.id}` : null,
      session_id: caller.by === 'token' ? caller.token.sessionId : caller.session.id,
      scopes: caller.scopes.toSorted(),
    }
  })
}
