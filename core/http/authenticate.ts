import type { FastifyRequest } from 'fastify'

import { expandScopes, intersectScopes } from '#core/domain/access/expand-scopes.ts'
import { rolesOf } from '#core/domain/access/roles.ts'
import { HubError } from '#core/domain/errors.ts'
import type { SignInService } from '#core/domain/sign-in/sign-in-service.ts'
import type { TokenService } from '#core/domain/tokens/token-service.ts'
import type { User } from '#core/domain/users/user.ts'

import type { Caller } from './caller.ts'
import { LOGIN_COOKIE, readCookie } from './cookies.ts'
import { doorOf, wasForwarded } from './door.ts'

interface Deps {
  readonly signIn: Pick<SignInService, 'whoHas'>
  readonly tokens: Pick<TokenService, 'identify'>
}

/**
 * Who sent the request: by the door for the operator, by the Authorization header, by the cookie of a browser. Undefined for
 * nobody, and for a credential that does not hold. A request with an Authorization header never counts by its cookie.
 */
export async function callerOf(
  request: FastifyRequest,
  { signIn, tokens }: Deps,
): Promise<Caller | undefined> {
  const door = doorOf(request.raw)
  if (door === 'operator') return operator(request)
  const secret = tokenIn(request.headers.authorization)
  if (secret !== undefined) {
    const token = await tokens.identify(secret)
    if (!token) return undefined
    const { user } = token
    const owned = scopesOf(user)
    return {
      by: 'token',
      user,
      token,
      scopes: intersectScopes(expandScopes(token.scopes, user), owned),
    }
  }
  if (door !== 'front' || request.headers.authorization !== undefined) return undefined
  const cookie = readCookie(request, LOGIN_COOKIE)
  const session = cookie === undefined ? undefined : await signIn.whoHas(cookie)
  return session && { by: 'session', user: session.user, session, scopes: scopesOf(session.user) }
}

/** All that a person holds: by being one, and by being an admin. */
export function scopesOf(user: Pick<User, 'name' | 'admin'>): readonly string[] {
  return expandScopes(rolesOf(user), user)
}

/** `Authorization: token X` or `bearer X`, in any case (JupyterHub's form). */
function tokenIn(header: string | undefined): string | undefined {
  return /^(?:token|bearer)\s+(\S+)\s*$/i.exec(header ?? '')?.[1]
}

function operator(request: FastifyRequest): Caller {
  if (wasForwarded(request.raw)) {
    throw new HubError(
      'forbidden',
      "the operator's socket takes no requests that were passed on by a proxy",
    )
  }
  return {
    by: 'operator',
    scopes: expandScopes(rolesOf({ admin: true }), { name: '', admin: true }),
  }
}
