import type { FastifyInstance } from 'fastify'

import { sightOf } from '#core/domain/access/sight.ts'
import type { RoleBook } from '#core/domain/access/roles.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Server } from '#core/domain/servers/server.ts'
import type { Session } from '#core/domain/sign-in/session.ts'
import type { Token } from '#core/domain/tokens/token.ts'
import type { User } from '#core/domain/users/user.ts'

import type { PasswordCaller, PersonCaller, ServiceCaller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import type { Gate } from './mount.ts'
import { serviceBody } from './service-body.ts'
import { userBody } from './user-body.ts'

/** What an answer was made of, and the answer. */
interface Said {
  readonly user: User
  readonly servers: readonly Server[]
  readonly scopes: readonly string[]
  readonly roles: RoleBook
  readonly text: string
}

/**
 * `GET /user`: who has this credential. Every single-user server asks it for each new visitor, so it is the hottest path
 * of the hub. The stores hand out the same objects as long as nothing is written, and the same objects make the same answer.
 */
export function mountWho(
  app: FastifyInstance,
  gate: Gate,
  { users, servers, services, serviceLife, rights, addresses }: HubHttpDeps,
): void {
  const said = new WeakMap<Token | Session, Said>()
  app.get('/user', async (request, reply) => {
    const caller = await gate.authenticate(request)
    if (!caller) throw new HubError('not_signed_in', 'Missing or invalid credentials.')
    if (caller.by === 'operator' || caller.by === 'password')
      throw new HubError('not_found', 'the operator is no person')
    if (caller.by === 'service') {
      const { service: name, admin } = caller
      const shown = await services.get(name)
      const condition = serviceLife.conditionOf(name)
      const body = serviceBody(shown, sightOf(caller.scopes), {
        roles: rights.access.roles,
        condition,
      })
      return { ...body, admin, ...credentialOf(caller) }
    }
    const { scopes } = caller
    const user = await users.get(caller.user.name)
    const theirs = await servers.listOf(user.name)
    const { roles } = rights.access
    const credential = caller.by === 'session' ? caller.session : caller.token
    const before = said.get(credential)
    void reply.type('application/json; charset=utf-8')
    if (
      before?.user === user &&
      before.servers === theirs &&
      before.scopes === scopes &&
      before.roles === roles
    )
      return before.text
    const view = { addresses, roles, withStopped: false }
    const body = { ...userBody(user, theirs, sightOf(scopes), view), ...credentialOf(caller) }
    const text = JSON.stringify(body)
    said.set(credential, { user, servers: theirs, scopes, roles, text })
    return text
  })
}

function credentialOf(caller: Exclude<PersonCaller, PasswordCaller> | ServiceCaller) {
  return {
    token_id: caller.by === 'session' ? null : `a${caller.token.id}`,
    session_id: caller.by === 'session' ? caller.session.id : caller.token.sessionId,
    scopes: caller.scopes.toSorted(),
  }
}
