import type { FastifyInstance } from 'fastify'

import { makeSetUpLink, makeSignUpLink } from '#core/contract/sign-in.ts'
import { createToken } from '#core/contract/tokens.ts'
import { addUser, getUser, listUsers, removeUser } from '#core/contract/users.ts'
import { foldText } from '#core/base/folded-name.ts'
import { reachOf } from '#core/domain/access/holds.ts'
import { sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import { requestedScopes } from './api-tokens.ts'
import { type Caller, isAdmin, personOf } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'
import { askedPage, pageAnswer } from './pagination.ts'
import { userBody } from './user-body.ts'

/** People: list, add, show, remove; their links and tokens. */
export function mountUsers(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { users, servers, links, tokens, rights, addresses, publicUrl } = deps
  const viewOf = (withStopped: boolean) => ({ addresses, roles: rights.access.roles, withStopped })
  const shown = async (user: User, caller: Caller, withStopped = false) =>
    userBody(user, await servers.listOf(user.name), sightOf(caller.scopes), viewOf(withStopped))

  mount(app, gate, listUsers, async ({ caller, params, request }) => {
    const { state, sort, name_filter: filter, include_stopped_servers: withStopped } = params
    const page = askedPage(request, params)
    const descending = sort.startsWith('-')
    const { items, total } = await users.list({
      ...page,
      reach: reachOf(caller.scopes, 'list:users'),
      state,
      nameContains: filter === undefined ? undefined : foldText(filter),
      sort: { by: orderOf(sort), descending },
    })
    const theirs = await servers.listOfAll(items.map(({ name }) => name))
    const sight = sightOf(caller.scopes)
    const view = viewOf(withStopped)
    const bodies = items.map((user) => userBody(user, theirs.get(user.name) ?? [], sight, view))
    return pageAnswer({ request, publicUrl }, page, { items: bodies, total })
  })

  mount(app, gate, getUser, async ({ caller, params }) =>
    shown(await users.get(params.user), caller, params.include_stopped_servers),
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

function orderOf(sort: string): 'id' | 'name' | 'last_activity' {
  const by = sort.replace(/^-/, '')
  return by === 'name' || by === 'last_activity' ? by : 'id'
}
