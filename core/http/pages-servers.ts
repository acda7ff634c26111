import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'

import type { RightsService } from '#core/domain/access/rights-service.ts'
import { prefixOf, quote, type Server, type ServerId } from '#core/domain/servers/server.ts'
import { normaliseUserName } from '#core/domain/users/user-name.ts'

import { serverBody } from './bodies.ts'
import type { BrowserCaller, Caller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { safeNext } from './next-url.ts'
import { Refused } from './refused.ts'
import type { PageTools } from './page-tools.ts'
import { serviceMenu } from './service-menu.ts'

const Query = z.object({ next: z.string().max(8192).optional().catch(undefined) })
const Params = z.object({ user: z.string().optional(), server: z.string().optional() })

/** Home, and the page that follows a start: `/hub/home`, `/hub/spawn-pending`. */
export function mountServerPages(app: FastifyInstance, deps: HubHttpDeps, tools: PageTools): void {
  const { rights, servers, addresses, walls } = deps
  const { caller, pages, toSignIn } = tools

  app.get('/hub/home', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const own = await servers.listOf(who.user.name)
    const server = own.find(({ id }) => id.name === '') ?? notStarted(who)
    const isolated = walls.some(({ held }) => held)
    const shown = who.user.admin ? [...walls] : []
    return pages.send(request, reply, {
      viewer: who,
      body: {
        page: 'home',
        server: serverBody(server, addresses),
        named: own.filter(({ id }) => id.name !== '').map((each) => serverBody(each, addresses)),
        named_allowed: servers.namedAllowed,
        services: await serviceMenu(deps, who),
        walls: shown,
        isolated,
      },
    })
  })

  for (const shape of ['/hub/spawn-pending/:user', '/hub/spawn-pending/:user/:server']) {
    app.get(shape, async (request, reply) => {
      const who = await caller(request)
      if (!who) return toSignIn(request, reply)
      const id = idOf(request, who)
      await requireServer(rights, 'read:servers', who, id)
      const server = await servers.get(id)
      const next = nextOf(deps, request, id)
      if (server?.state === 'ready') return reply.redirect(next)
      if (server?.state === 'spawning' || server?.state === 'stopping') {
        const page = server.state === 'spawning' ? 'starting' : 'stopping'
        return pages.send(request, reply, {
          viewer: who,
          body: { page, owner: id.user, server: serverBody(server, addresses), next },
        })
      }
      return pages.send(request, reply, {
        status: server?.state === 'failed' ? 500 : 200,
        viewer: who,
        body: stoppedBody(deps, request, server ?? notStarted(who, id)),
      })
    })
  }
}

/** The page of a server that does not run, with a button to start it. */
export function stoppedBody(deps: HubHttpDeps, request: FastifyRequest, server: Server) {
  const { id } = server
  const next = nextOf(deps, request, id)
  return {
    page: 'stopped',
    owner: id.user,
    server: serverBody(server, deps.addresses),
    next,
    start: `/hub/spawn/${pathOf(id)}?next=${encodeURIComponent(next)}`,
  } as const
}

/** Where to go when the server is there. */
export function nextOf(
  { addresses, publicUrl }: Pick<HubHttpDeps, 'addresses' | 'publicUrl'>,
  request: FastifyRequest,
  id: ServerId,
): string {
  return safeNext(Query.parse(request.query).next, {
    publicOrigin: publicUrl,
    isOurs: (origin) => addresses.isOurs(origin),
    fallback: prefixOf(id),
  })
}

/** The server that a page's path names: one's own when it names none. */
export function idOf(request: FastifyRequest, who: BrowserCaller): ServerId {
  const { user, server = '' } = Params.parse(request.params)
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
    throw new Refused(
      'right.refused',
      'not_found',
      'There is no such server, or it is not yours to see.',
    )
  }
}

export const pathOf = ({ user, name }: ServerId) =>
  name === '' ? quote(user) : `${quote(user)}/${quote(name)}`

/** What is shown of a server that was never started. */
export function notStarted(
  who: BrowserCaller,
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
