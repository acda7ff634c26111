import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'

import type { RightsService } from '#core/domain/access/rights-service.ts'
import { HubError } from '#core/domain/errors.ts'
import { prefixOf, quote, type Server, type ServerId } from '#core/domain/servers/server.ts'
import { normaliseUserName } from '#core/domain/users/user-name.ts'

import { serverBody } from './bodies.ts'
import type { Caller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { safeNext } from './next-url.ts'
import type { PageTools } from './page-tools.ts'

const Query = z.object({ next: z.string().max(8192).optional().catch(undefined) })
const Params = z.object({ user: z.string().optional(), server: z.string().optional() })

/** How long a request to start waits, so that a quick server needs no page in between (JupyterHub waits as long). */
const QUICK_MS = 1000

/** Home, and the pages around a server that does not run: `/hub/home`, `/hub/spawn`, `/hub/spawn-pending`. */
export function mountServerPages(app: FastifyInstance, deps: HubHttpDeps, tools: PageTools): void {
  const { rights, servers, addresses, publicUrl, walls } = deps
  const { caller, checked, pages, toSignIn } = tools

  app.get('/hub/home', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const server = (await servers.get({ user: who.user.name, name: '' })) ?? notStarted(who)
    const isolated = walls.some(({ held }) => held)
    const shown = who.user.admin ? [...walls] : []
    return pages.send(request, reply, {
      viewer: who,
      body: { page: 'home', server: serverBody(server, addresses), walls: shown, isolated },
    })
  })

  for (const shape of ['/hub/spawn', '/hub/spawn/:user', '/hub/spawn/:user/:server']) {
    app.get(shape, async (request, reply) => {
      const who = await caller(request)
      if (!who) return toSignIn(request, reply)
      const id = idOf(request, who)
      await requireServer(rights, 'start:servers', who, id)
      // Another site's link must not start anything by itself; it gets the page with the button.
      if (isFromElsewhere(request)) return showStopped(request, reply, { who, id, status: 200 })
      return startAndFollow(request, reply, id)
    })

    app.post(shape, async (request, reply) => {
      const who = await checked(request)
      if (!who) return toSignIn(request, reply)
      const id = idOf(request, who)
      await requireServer(rights, 'start:servers', who, id)
      return startAndFollow(request, reply, id)
    })
  }

  for (const shape of ['/hub/spawn-pending/:user', '/hub/spawn-pending/:user/:server']) {
    app.get(shape, async (request, reply) => {
      const who = await caller(request)
      if (!who) return toSignIn(request, reply)
      const id = idOf(request, who)
      await requireServer(rights, 'read:servers', who, id)
      const server = await servers.get(id)
      const next = nextOf(request, id)
      if (server?.state === 'ready') return reply.redirect(next)
      if (server?.state === 'spawning' || server?.state === 'stopping') {
        const page = server.state === 'spawning' ? 'starting' : 'stopping'
        return pages.send(request, reply, {
          viewer: who,
          body: { page, owner: id.user, server: serverBody(server, addresses), next },
        })
      }
      return showStopped(request, reply, {
        who,
        id,
        status: server?.state === 'failed' ? 500 : 200,
      })
    })
  }

  async function startAndFollow(
    request: FastifyRequest,
    reply: FastifyReply,
    id: ServerId,
  ): Promise<FastifyReply> {
    const next = nextOf(request, id)
    if ((await servers.get(id))?.state === 'ready') return reply.redirect(next)
    await servers.start(id).catch(unlessOnItsWay)
    const server = await servers.settled(id, QUICK_MS)
    if (server?.state === 'ready') return reply.redirect(next)
    return reply.redirect(`/hub/spawn-pending/${pathOf(id)}?next=${encodeURIComponent(next)}`)
  }

  async function showStopped(
    request: FastifyRequest,
    reply: FastifyReply,
    { who, id, status }: { who: Caller & { by: 'session' }; id: ServerId; status: number },
  ): Promise<FastifyReply> {
    const server = (await servers.get(id)) ?? notStarted(who, id)
    const next = nextOf(request, id)
    const start = `/hub/spawn/${pathOf(id)}?next=${encodeURIComponent(next)}`
    return pages.send(request, reply, {
      status,
      viewer: who,
      body: { page: 'stopped', owner: id.user, server: serverBody(server, addresses), next, start },
    })
  }

  function nextOf(request: FastifyRequest, id: ServerId): string {
    return safeNext(Query.parse(request.query).next, {
      publicOrigin: publicUrl,
      isOurs: (origin) => addresses.isOurs(origin),
      fallback: prefixOf(id),
    })
  }
}

/**
 * Whether another origin has this asked, as the browser itself says (CVE-2026-40864). A person who follows a link from a server's own host
 * name, as JupyterLab's to restart it, comes from the same site by navigating.
 */
function isFromElsewhere({ headers }: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers
  return site === 'cross-site' || (site === 'same-site' && mode !== 'navigate')
}

/** The server that a page's path names: one's own when it names none. */
function idOf(request: FastifyRequest, who: Caller & { by: 'session' }): ServerId {
  const { user, server = '' } = Params.parse(request.params)
  if (server !== '') throw new HubError('not_found', 'this hub has no named servers yet')
  return { user: user === undefined ? who.user.name : normaliseUserName(user), name: server }
}

/** Whether somebody else's server exists is not told: it looks as if there were none. */
export async function requireServer(
  rights: RightsService,
  scope: string,
  who: Caller,
  { user, name }: ServerId,
): Promise<void> {
  if ((await rights.holdsOneOf(who.scopes, [scope], { user, server: name })) !== 'yes') {
    throw new HubError('not_found', 'There is no such server, or it is not yours to see.')
  }
}

export const pathOf = ({ user, name }: ServerId) =>
  name === '' ? quote(user) : `${quote(user)}/${quote(name)}`

/** What is shown of a server that was never started. */
export function notStarted(
  who: Caller & { by: 'session' },
  id: ServerId = { user: who.user.name, name: '' },
): Server {
  return {
    id,
    userId: 0,
    publicId: '',
    displayName: '',
    userOptions: {},
    wanted: 'stopped',
    state: 'stopped',
    stateSince: who.user.createdAt,
    startedAt: null,
    handle: null,
    address: null,
    failure: null,
    lastActivity: null,
    keptAt: null,
    exempt: false,
    lease: null,
  }
}

/** That it runs already, or is being stopped, is what the next page shows. */
function unlessOnItsWay(error: unknown): void {
  if (error instanceof HubError && error.code === 'conflict') return
  throw error
}
