import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import type { Target } from '#core/domain/access/holds.ts'
import { ownerOf } from '#core/domain/access/owner.ts'
import { HubError } from '#core/domain/errors.ts'
import { type AuthorizeRequest, checkAuthorize, grantCode } from '#core/oauth/authorize.ts'
import type { OAuthClient } from '#core/oauth/client.ts'
import { exchangeCode } from '#core/oauth/exchange.ts'
import { OAuthError } from '#core/oauth/oauth-error.ts'

import type { AuditTrail } from './audit-trail.ts'
import type { BrowserCaller } from './caller.ts'
import { doorOf } from './door.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { grantable, questions } from './oauth-grants.ts'
import { clientsOf } from './oauth-clients.ts'
import type { PageTools } from './page-tools.ts'

/** `/hub/api/oauth2/authorize` for browsers, `/hub/api/oauth2/token` for the programs that sent them. */
export function mountOAuth(
  app: FastifyInstance,
  deps: HubHttpDeps,
  { caller, checked, pages, toSignIn, trail }: PageTools,
): void {
  const { codes, clock, tokens, rights } = deps
  const clients = clientsOf(deps)

  app.get('/hub/api/oauth2/authorize', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const asked = await readRequest(request)
    const { needed, more } = await grantable(asked, who, rights)
    const scopes = [...needed, ...more]
    if (!(await mustAsk(asked, who, scopes))) return consent(request, reply, asked, { who, scopes })
    return pages.send(request, reply, {
      viewer: who,
      formTo: asked.redirectUri,
      body: {
        page: 'consent',
        client: asked.client.description,
        owner: asked.client.owner,
        scopes: questions({ needed, more }, who.user.name, rights),
        action: request.url,
      },
    })
  })

  app.post('/hub/api/oauth2/authorize', async (request, reply) => {
    const who = await checked(request)
    if (!who) return toSignIn(request, reply)
    const asked = await readRequest(request)
    const { needed, more } = await grantable(asked, who, rights)
    const chosen = new Set(rights.access.expandKnown(chosenScopes(request.body), ownerOf(who.user)))
    // A form without any scope lets the program know who comes, and no more (as JupyterHub has it).
    const scopes = [...needed, ...more.filter((scope) => chosen.has(scope))]
    return consent(request, reply, asked, { who, scopes })
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
        revoke: (id) => tokens.void(id),
      })
    } catch (error) {
      if (error instanceof OAuthError) return reply.code(error.status).send(error.toJSON())
      throw error
    }
  })

  /** One's own server, and what the operator vouches for, needs no question; nor does what the person has allowed before. */
  async function mustAsk(
    { client }: AuthorizeRequest,
    { user }: BrowserCaller,
    scopes: readonly string[],
  ): Promise<boolean> {
    if (client.owner === user.name || client.noConfirm) return false
    const before = new Set(await tokens.grantedTo(user.id, client.id))
    return !scopes.every((scope) => before.has(scope))
  }

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
    request: FastifyRequest,
    reply: FastifyReply,
    asked: AuthorizeRequest,
    { who, scopes }: { readonly who: BrowserCaller; readonly scopes: readonly string[] },
  ): Promise<FastifyReply> {
    const { user, session } = who
    const visitor = { userId: user.id, userName: user.name, sessionId: session.id, scopes }
    await noteEntry(trail, request, { who, client: asked.client })
    return reply.redirect(await grantCode(asked, visitor, { codes, now: clock.now() }))
  }
}

/** Whoever goes into somebody else's server, or into a service, is written down; his own server is his own affair. */
async function noteEntry(
  trail: AuditTrail,
  request: FastifyRequest,
  { who, client }: { readonly who: BrowserCaller; readonly client: OAuthClient },
): Promise<void> {
  const action = client.owner === null ? 'service.entered' : 'server.entered'
  if (client.owner !== who.user.name)
    await trail.done(request, who, action, { target: enteredBy(client) })
}

/** Which server or service it is: a server's own address says which of its owner's. */
function enteredBy({ id, owner, redirectUri }: OAuthClient): Target {
  if (owner === null) return { service: id.replace(/^service-/, '') }
  const name = /\/user\/[^/]+\/(?:([^/]+)\/)?oauth_callback$/.exec(redirectUri)?.[1] ?? ''
  return { user: owner, server: decodeURIComponent(name) }
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
