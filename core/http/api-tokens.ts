import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'

import {
  createToken,
  getToken,
  listTokens,
  removeToken,
  type TokenBody,
} from '#core/contract/tokens.ts'
import { ownerOf } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Token } from '#core/domain/tokens/token.ts'
import type { User } from '#core/domain/users/user.ts'

import { type AuditTrail, refusedToldBy } from './audit-trail.ts'
import { callerOf } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { KNOWN_BROWSER_COOKIE, readCookie } from './cookies.ts'
import { clientAddress } from './door.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

/** People's tokens: list, make, show, void. */
export function mountTokens(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { users, tokens, rights, ended } = deps

  mount(app, gate, listTokens, async ({ params }) => {
    const user = await users.get(params.user)
    const own = await tokens.listOf(user.id)
    return { api_tokens: await Promise.all(own.map((token) => tokenBody(token, user, rights))) }
  })

  mount(app, gate, getToken, async ({ params }) => {
    const user = await users.get(params.user)
    return tokenBody(await tokenOf(user, params.id), user, rights)
  })

  mount(app, withBodyAuth(gate, deps), createToken, async ({ caller, params, body, note }) => {
    const user = await users.find(params.user)
    // Who may make tokens for everybody learns that there is nobody; others are not let through to here.
    if (!user) throw new HubError('forbidden', 'not found, or no permission to make tokens')
    const scopes = await requestedScopes(body, user, { caller, rights })
    const { token, secret } = await tokens.create({
      userId: user.id,
      scopes,
      note: body.note || `Requested via api${byWhom(caller, user)}`,
      expiresIn: body.expires_in ?? null,
    })
    note.detail = `a${token.id}: ${scopes.join(' ')}`
    return { ...(await tokenBody(token, user, rights)), token: secret }
  })

  mount(app, gate, removeToken, async ({ params, note }) => {
    const user = await users.get(params.user)
    const going = await tokens.goingWith(user.id, await tokenOf(user, params.id))
    note.detail = going.map(({ id }) => `a${id}`).join(', ')
    await ended.ofTokens(
      going.map(({ id }) => id),
      () => tokens.remove(going),
    )
  })

  async function tokenOf(user: User, id: string): Promise<Token> {
    const number = /^a([1-9]\d{0,14})$/.exec(id)?.[1]
    const found = (await tokens.listOf(user.id)).find((token) => String(token.id) === number)
    if (!found) throw new HubError('not_found', 'there is no such token')
    return found
  }
}

const BodyAuth = z.object({ auth: z.object({ username: z.string(), password: z.string() }) })

/** Whoever has no credential that holds may send name and password along, under the brake that holds for signing in. */
function withBodyAuth(gate: Gate, deps: HubHttpDeps): Gate {
  return {
    ...gate,
    authenticate: async (request) =>
      (await callerOf(request, deps))
        ? gate.authenticate(request)
        : provedBy(request, gate.trail, deps),
  }
}

async function provedBy(
  request: FastifyRequest,
  trail: AuditTrail,
  { signIn, rights }: HubHttpDeps,
): Promise<Caller | undefined> {
  const read = BodyAuth.safeParse(request.body)
  if (!read.success) return undefined
  const { username, password } = read.data.auth
  const leave = new AbortController()
  request.raw.once('close', () => leave.abort(new Error('the client left')))
  const proving = signIn.prove(
    {
      name: username,
      password,
      address: clientAddress(request.raw),
      knownBrowser: readCookie(request, KNOWN_BROWSER_COOKIE),
    },
    leave.signal,
  )
  const user = await refusedToldBy(proving, () => trail.signInRefused(request, username))
  const caller = { by: 'password', user, scopes: rights.scopesOf(ownerOf(user)) } as const
  trail.know(request, caller)
  return caller
}

function byWhom(caller: Caller, owner: User): string {
  if (caller.by === 'operator') return ' by the operator'
  if (caller.by === 'service') return ` by service ${caller.service}`
  return caller.user.id === owner.id ? '' : ` by user ${caller.user.name}`
}

async function tokenBody(token: Token, user: User, rights: RightsService): Promise<TokenBody> {
  return {
    user: user.name,
    id: `a${token.id}`,
    kind: 'api_token',
    roles: [],
    scopes: [...(await rights.scopesOfToken(token.scopes, ownerOf(user)))],
    created: token.createdAt.toISOString(),
    last_activity: token.lastActivity?.toISOString() ?? null,
    expires_at: token.expiresAt?.toISOString() ?? null,
    note: token.note,
    session_id: token.sessionId,
    oauth_client: token.kind === 'oauth' ? (token.clientId ?? '') : 'JupyterHub',
  }
}

/**
 * The scopes of a new token: all of the owner's when none are named. Nobody makes a token that may do more than its owner,
 * or, through a token, more than that token.
 * @throws HubError `invalid`
 */
async function requestedScopes(
  asked: {
    readonly scopes?: readonly string[] | null | undefined
    readonly roles?: readonly string[] | null | undefined
  },
  owner: User,
  { caller, rights }: { readonly caller: Caller; readonly rights: RightsService },
): Promise<readonly string[]> {
  const scopes = namedScopes(asked, rights)
  const expanded = rights.access.expand(scopes, ownerOf(owner))
  const limits = [
    rights.scopesOf(ownerOf(owner)),
    ...(caller.by === 'token' && caller.user.id === owner.id ? [caller.scopes] : []),
  ]
  for (const limit of limits) {
    const granted = new Set(await rights.intersect(expanded, limit))
    const excessive = expanded.filter((scope) => !granted.has(scope))
    if (excessive.length > 0) {
      throw new HubError(
        'invalid',
        `scopes: the owner of the token does not hold ${excessive.slice(0, 5).join(', ')}`,
      )
    }
  }
  return scopes
}

function namedScopes(
  { scopes, roles }: Parameters<typeof requestedScopes>[0],
  { access }: RightsService,
): readonly string[] {
  if (!roles) return scopes ?? ['inherit']
  if (scopes) throw new HubError('invalid', 'roles: give scopes or roles, not both')
  return roles.flatMap((name) => {
    const role = access.roles.get(name)
    if (!role) throw new HubError('invalid', `roles: there is no role named '${name.slice(0, 80)}'`)
    return role.scopes
  })
}
