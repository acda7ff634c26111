import type { FastifyInstance } from 'fastify'

import { makeSetUpLink, makeSignUpLink } from '#core/contract/sign-in.ts'
import { createToken } from '#core/contract/tokens.ts'
import { addUser, getUser, listUsers, removeUser } from '#core/contract/users.ts'
import { holds } from '#core/domain/access/holds.ts'
import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import { requestedScopes } from './api-tokens.ts'
import { userBody } from './bodies.ts'
import { type Caller, isAdmin, personOf } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

/** People: list, add, show, remove; their links and tokens. */
export function mountUsers(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { users, servers, links, tokens, rights, publicUrl } = deps
  const shown = async (user: User, caller: Caller) =>
    userBody(user, await servers.listOf(user.name), caller.scopes, {
      publicUrl,
      roles: rights.access.roles,
    })

  mount(app, gate, listUsers, async ({ caller, params }) => {
    const everyone = holds(caller.scopes, 'list:users', {}) === 'yes'
    const me = personOf(caller)
    const people = everyone
      ? (await users.list(params)).items
      : me === undefined
        ? []
        : [await users.get(me.name)]
    return Promise.all(people.map((user) => shown(user, caller)))
  })

  mount(app, gate, getUser, async ({ caller, params }) =>
    shown(await users.get(params.user), caller),
  )

  mount(app, gate, addUser, async ({ caller, params, body }) => {
    // Holding admin:users is not being an admin: whoever is none makes none (CVE-2024-41942).
    if (body.admin && !isAdmin(caller))
      throw new HubError('forbidden', 'only an admin can make admins')
    return shown(await users.add(params.user, body), caller)
  })

  mount(app, gate, removeUser, async ({ caller, params }) => {
    const user = await users.get(params.user)
    if (personOf(caller)?.id === user.id)
      throw new HubError('invalid', 'you cannot remove yourself')
    await users.remove(user.name)
  })

  mount(app, gate, makeSignUpLink, async ({ params }) => {
    const { code, expiresAt } = await links.makeSignUpLink(await users.get(params.user))
    return { url: `${publicUrl}/hub/sign-up#${code}`, expires_at: expiresAt.toISOString() }
  })

  mount(app, gate, makeSetUpLink, async () => {
    const { code, expiresAt } = await links.makeSetUpLink()
    return { url: `${publicUrl}/hub/setup#${code}`, expires_at: expiresAt.toISOString() }
  })

  mount(app, gate, createToken, async ({ caller, params, body }) => {
    const user = await users.get(params.user)
    const scopes = await requestedScopes(body.scopes, user, { caller, rights })
    const { token, secret } = await tokens.create({
      userId: user.id,
      scopes,
      note: body.note ?? '',
      expiresIn: body.expires_in ?? null,
    })
    return {
      token: secret,
      id: `a${token.id}`,
      kind: 'api_token' as const,
      user: user.name,
      scopes: [...token.scopes],
      note: token.note,
      created: token.createdAt.toISOString(),
      expires_at: token.expiresAt?.toISOString() ?? null,
    }
  })
}
