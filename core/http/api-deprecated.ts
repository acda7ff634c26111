import type { FastifyInstance, FastifyRequest } from 'fastify'

import { adminAccess } from '#core/contract/users.ts'
import { ownerOf } from '#core/domain/access/owner.ts'
import { sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import { LOGIN_COOKIE } from './cookies.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'
import { expandIdentity } from './oauth-grants.ts'
import { userBody } from './user-body.ts'

/**
 * What JupyterHub keeps for old clients: whose a token or a cookie is, asked by whoever has a token himself (`GET /user` with the
 * token in question tells the same), and the way into others' servers that its default closes.
 */
export function mountDeprecated(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { tokens, signIn, servers, rights, addresses } = deps
  const shown = async (user: User, scopes: readonly string[]) =>
    userBody(user, await servers.listOf(user.name), sightOf(scopes), {
      addresses,
      roles: rights.access.roles,
      withStopped: false,
    })

  app.get('/authorizations/token/*', async (request) => {
    const scopes = await requireToken(gate, request)
    const owner = (await tokens.identify(restOf(request)))?.owner
    if (!owner || (owner.kind === 'user' && owner.user.locked)) throw unknown()
    if (owner.kind === 'service') return { kind: 'service', name: owner.service }
    return shown(owner.user, [...scopes, ...expandIdentity(rights, ownerOf(owner.user))])
  })

  app.get('/authorizations/cookie/*', async (request) => {
    const scopes = await requireToken(gate, request)
    const [name = '', value = ''] = restOf(request).split('/')
    const session = name === LOGIN_COOKIE ? await signIn.whoHas(value) : undefined
    if (!session || session.user.locked) throw unknown()
    return shown(session.user, scopes)
  })

  mount(app, gate, adminAccess, async () => {
    throw new HubError(
      'forbidden',
      'Admin access to user servers is disabled: whoever holds access:servers opens them as they are.',
    )
  })

  app.all('/authorizations/*', async () => {
    throw new HubError(
      'not_found',
      'This was removed in JupyterHub 2.0; POST /users/NAME/tokens makes a token.',
    )
  })
}

/** @throws HubError `not_signed_in` for whoever has none, a browser too */
async function requireToken(gate: Gate, request: FastifyRequest): Promise<readonly string[]> {
  const caller = await gate.authenticate(request)
  if (caller?.by !== 'token' && caller?.by !== 'service')
    throw new HubError('not_signed_in', 'Missing or invalid credentials.')
  return caller.scopes
}

function restOf({ params }: FastifyRequest): string {
  return typeof params === 'object' && params !== null ? String(Reflect.get(params, '*')) : ''
}

const unknown = () => new HubError('not_found', 'that is nobody’s')
