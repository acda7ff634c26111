import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { ownerOf } from '#core/domain/access/owner.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'
import { type AuthorizeRequest, checkAuthorize, grantCode } from '#core/oauth/authorize.ts'
import { exchangeCode } from '#core/oauth/exchange.ts'
import { OAuthError } from '#core/oauth/oauth-error.ts'

import type { BrowserCaller } from './caller.ts'
import { doorOf } from './door.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { serversAsClients } from './oauth-clients.ts'
import type { PageTools } from './page-tools.ts'

/** What a server learns of everyone who comes in, whatever it asks for. */
const IDENTITY = ['read:users:name!user', 'read:users:groups!user']

/** `/hub/api/oauth2/authorize` for browsers, `/hub/api/oauth2/token` for the programs that sent them. */
export function mountOAuth(
  app: FastifyInstance,
  deps: HubHttpDeps,
  { caller, checked, pages, toSignIn }: PageTools,
): void {
  const { codes, clock, tokens, servers, rights } = deps
  const clients = serversAsClients(servers, tokens)

  app.get('/hub/api/oauth2/authorize', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const asked = await readRequest(request)
    const scopes = await grantable(asked, who, rights)
    if (asked.client.owner === who.user.name) return consent(reply, asked, { who, scopes })
    return pages.send(request, reply, {
      viewer: who,
      body: {
        page: 'consent',
        client: asked.client.description,
        owner: asked.client.owner,
        scopes: scopes.map((scope) => ({ scope, description: describeScope(scope) })),
        action: request.url,
      },
    })
  })

  app.post('/hub/api/oauth2/authorize', async (request, reply) => {
    const who = await checked(request)
    if (!who) return toSignIn(request, reply)
    const asked = await readRequest(request)
    const chosen = new Set(chosenScopes(request.body))
    const scopes = (await grantable(asked, who, rights)).filter(
      (scope) => chosen.size === 0 || chosen.has(scope) || isNeeded(scope),
    )
    return consent(reply, asked, { who, scopes })
  })

  app.post('/hub/api/oauth2/token', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    const form = new URLSearchParams(
      typeof request.body === 'object' && request.body !== null ? fieldsOf(request.body) : [],
    )
    try {
      return await exchangeCode(form, request.headers.authorization, {
        clients,
        codes,
        now: clock.now(),
        issue: (visitor) => tokens.issueToClient(visitor),
      })
    } catch (error) {
      if (error instanceof OAuthError) return reply.code(error.status).send(error.toJSON())
      throw error
    }
  })

  async function readRequest(request: FastifyRequest): Promise<AuthorizeRequest> {
    if (doorOf(request.raw) !== 'front')
      throw new HubError('not_found', 'only browsers are served here')
    const query = new URLSearchParams(request.url.split('?')[1] ?? '')
    try {
      return await checkAuthorize(query, clients)
    } catch (error) {
      if (error instanceof OAuthError)
        throw new HubError('invalid', `This sign-in request is not in order: ${error.message}.`, {
          cause: error,
        })
      throw error
    }
  }

  async function consent(
    reply: FastifyReply,
    asked: AuthorizeRequest,
    { who, scopes }: { readonly who: BrowserCaller; readonly scopes: readonly string[] },
  ): Promise<FastifyReply> {
    const visitor = {
      userId: who.user.id,
      userName: who.user.name,
      sessionId: who.session.id,
      scopes,
    }
    return reply.redirect(await grantCode(asked, visitor, { codes, now: clock.now() }))
  }
}

/**
 * What the client gets: the access that the visitor holds, who he is, and of what was asked for as much as the client may
 * have and the visitor holds.
 * @throws HubError `forbidden` when he may not come in at all
 */
async function grantable(
  { client, scopes }: AuthorizeRequest,
  { user, scopes: held }: BrowserCaller,
  rights: RightsService,
): Promise<readonly string[]> {
  const owner = ownerOf(user)
  const expand = (written: readonly string[]) => rights.access.expand(written, owner)
  const access = await rights.intersect(expand(client.accessScopes), held)
  if (access.length === 0) throw new HubError('forbidden', `You may not use ${client.description}.`)
  const allowed = new Set(expand(client.allowedScopes))
  // Names of roles were scopes once, and clients still ask for them: what is no scope is passed over (JupyterHub does too).
  const known = scopes.filter((scope) => scope !== 'self' && rights.access.isKnown(scope))
  const more = await rights.intersect(
    expand(known).filter((scope) => allowed.has(scope)),
    held,
  )
  const identity = await rights.intersect(expand(IDENTITY), held)
  return [...new Set([...access, ...identity, ...more])].toSorted()
}

const isNeeded = (scope: string) => scope.startsWith('access:') || scope.startsWith('read:users:')

function describeScope(scope: string): string {
  if (scope.startsWith('access:servers')) return 'Come in and work there as you'
  if (scope.startsWith('read:users:name')) return 'See your user name'
  if (scope.startsWith('read:users:groups')) return 'See your groups'
  return scope
}

function chosenScopes(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null || !('scopes' in body)) return []
  return [body.scopes].flat().filter((scope) => typeof scope === 'string')
}

/** A form's fields, repeated ones repeated, so that the protocol's own check sees them. */
function fieldsOf(body: object): [string, string][] {
  return Object.entries(body).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, String(each)]),
  )
}
