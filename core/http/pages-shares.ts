import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import { prefixOf } from '#core/domain/servers/server.ts'
import { scopesOver, type ShareCode } from '#core/domain/shares/share.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { safeNext } from './next-url.ts'
import type { PageTools } from './page-tools.ts'
import { describeScope } from './scope-words.ts'

const Asked = z.object({
  code: z.string().max(256).default('').catch(''),
  next: z.string().max(8192).optional().catch(undefined),
})

/** `/hub/accept-share?code=`: what somebody offers to share, and its acceptance, which takes a form of ours. */
export function mountSharePages(
  app: FastifyInstance,
  { shares, addresses, rights }: HubHttpDeps,
  { caller, checked, pages, toSignIn, trail }: PageTools,
): void {
  const nextOf = (request: FastifyRequest, { server }: Pick<ShareCode, 'server'>) =>
    safeNext(Asked.parse(request.query).next, {
      publicOrigin: addresses.hub,
      isOurs: (origin) => addresses.isOurs(origin),
      fallback: prefixOf(server),
    })

  app.get('/hub/accept-share', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const { code } = Asked.parse(request.query)
    const found = await shares.findCode(code)
    if (!found)
      throw new HubError(
        'not_found',
        'This link is not known, or no longer good. Ask for a new one.',
      )
    if (found.server.user === who.user.name)
      throw new HubError('forbidden', 'It is your own server: send the link to somebody else.')
    const next = nextOf(request, found)
    const words = {
      visitor: who.user.name,
      custom: (name: string) => rights.access.catalog.customDescription(name),
    }
    return pages.send(request, reply, {
      viewer: who,
      body: {
        page: 'accept-share',
        owner: found.server.user,
        server: found.server.name,
        ready: found.ready,
        rights: scopesOver(found.server, found.scopes).map((scope) => ({
          scope,
          description: describeScope(scope, words),
        })),
        code,
        action: `/hub/accept-share?next=${encodeURIComponent(next)}`,
      },
    })
  })

  app.post('/hub/accept-share', async (request, reply) => {
    const who = await checked(request)
    if (!who) return toSignIn(request, reply)
    const { code } = Asked.parse(Object.assign({}, request.query, request.body))
    const share = await shares.accept(code, who.user.name)
    const target = { user: share.server.user, server: share.server.name }
    await trail.done(request, who, 'share.accept', { target, detail: share.scopes.join(', ') })
    return reply.redirect(addresses.locate(nextOf(request, share)))
  })
}
