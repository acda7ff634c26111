import type { FastifyRequest } from 'fastify'

import { NO_OWNER, ownerOf } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import type { ServiceBook } from '#core/domain/services/service-book.ts'
import type { SignInService } from '#core/domain/sign-in/sign-in-service.ts'
import type { TokenService } from '#core/domain/tokens/token-service.ts'
import type { Token } from '#core/domain/tokens/token.ts'

import type { Caller } from './caller.ts'
import { loginSecrets } from './cookies.ts'
import { doorOf, wasForwarded } from './door.ts'
import { noteSecondLogin } from './second-logins.ts'

interface Deps {
  readonly signIn: Pick<SignInService, 'whoHas'>
  readonly tokens: Pick<TokenService, 'identify'>
  readonly rights: RightsService
  readonly services: Pick<ServiceBook, 'find'>
  readonly addresses: Pick<Addresses, 'secure' | 'cookieDomain'>
}

/**
 * Who sent the request: by the door for the operator, by the Authorization header, by the cookie of a browser. Undefined for
 * nobody, and for a credential that does not hold. A request with an Authorization header never counts by its cookie.
 */
export async function callerOf(request: FastifyRequest, deps: Deps): Promise<Caller | undefined> {
  const door = doorOf(request.raw)
  if (door === 'operator') return operator(request, deps)
  const secret = tokenIn(request.headers.authorization)
  if (secret !== undefined) {
    const token = await deps.tokens.identify(secret)
    return token && tokenCaller(token, deps)
  }
  if (door !== 'front' || request.headers.authorization !== undefined) return undefined
  const session = await sessionOf(request, deps)
  if (!session || session.user.locked) return undefined
  const scopes = deps.rights.scopesOf(ownerOf(session.user))
  return { by: 'session', user: session.user, session, scopes }
}

/**
 * The session that the browser shows. Another one's beside it was put there by somebody's page, so that what is done here is done
 * under a name that he chose: then there is none.
 */
async function sessionOf(request: FastifyRequest, { signIn, addresses }: Deps) {
  const writer = { secure: addresses.secure, domain: addresses.cookieDomain }
  const found = await Promise.all(
    loginSecrets(request, writer).map((secret) => signIn.whoHas(secret)),
  )
  const [session, ...others] = found.filter((each) => each !== undefined)
  if (others.length === 0) return session
  noteSecondLogin(request)
  return undefined
}

async function tokenCaller(token: Token, { rights, services }: Deps): Promise<Caller | undefined> {
  if (token.owner.kind === 'service') {
    // A service that is gone is nobody, whoever still has its token.
    const service = await services.find(token.owner.service)
    if (!service) return undefined
    const { name, admin } = service
    const owner = { kind: 'service', name, admin } as const
    const scopes = await rights.scopesOfToken(token.scopes, owner)
    return { by: 'service', service: name, admin, token, scopes }
  }
  const { user } = token.owner
  if (user.locked) return undefined
  const owner = ownerOf(user)
  return { by: 'token', user, token, scopes: await rights.scopesOfToken(token.scopes, owner) }
}

/** `Authorization: token X` or `bearer X`, in any case (JupyterHub's form). */
function tokenIn(header: string | undefined): string | undefined {
  return /^(?:token|bearer)\s+(\S+)\s*$/i.exec(header ?? '')?.[1]
}

function operator(request: FastifyRequest, { rights }: Deps): Caller {
  if (wasForwarded(request.raw)) {
    throw new HubError(
      'forbidden',
      "the operator's socket takes no requests that were passed on by a proxy",
    )
  }
  return {
    by: 'operator',
    scopes: rights.access.expand(rights.access.roles.get('admin')?.scopes ?? [], NO_OWNER),
  }
}
