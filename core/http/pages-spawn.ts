import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { HubError } from '#core/domain/errors.ts'
import type { ServerId } from '#core/domain/servers/server.ts'
import type { UserOptions } from '#core/domain/servers/spawn-form.ts'

import { serverBody } from './bodies.ts'
import type { BrowserCaller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import type { PageTools } from './page-tools.ts'
import { idOf, nextOf, notStarted, pathOf, requireServer, stoppedBody } from './pages-servers.ts'
import { optionsOfLink, optionsOfPost, shownFields } from './spawn-fields.ts'

/** How long a request to start waits, so that a quick server needs no page in between (JupyterHub waits as long). */
const QUICK_MS = 1000

interface Visit {
  readonly who: BrowserCaller
  readonly id: ServerId
}

/** `/hub/spawn[/USER[/SERVER]]`: starts a server, or asks first what the form of the settings asks. */
export function mountSpawnPages(app: FastifyInstance, deps: HubHttpDeps, tools: PageTools): void {
  const { rights, servers, addresses } = deps
  const { caller, checked, pages, toSignIn, trail } = tools

  for (const shape of ['/hub/spawn', '/hub/spawn/:user', '/hub/spawn/:user/:server']) {
    app.get(shape, async (request, reply) => {
      const who = await caller(request)
      if (!who) return toSignIn(request, reply)
      const id = idOf(request, who)
      await requireServer(rights, 'start:servers', who, id)
      if (await goOn(request, reply, id)) return reply
      const options = optionsOfLink(servers.form, request.query)
      // Another site's link must not start anything by itself; it gets the page with the button.
      if (isFromElsewhere(request) || (options && isOfAnotherHost(request)))
        return ask(request, reply, { who, id }, { typed: options })
      if (options) return startAndFollow(request, reply, { who, id }, options)
      if (servers.form.length > 0) return ask(request, reply, { who, id }, {})
      return startAndFollow(request, reply, { who, id }, undefined)
    })

    app.post(shape, async (request, reply) => {
      const who = await checked(request)
      if (!who) return toSignIn(request, reply)
      const id = idOf(request, who)
      await requireServer(rights, 'start:servers', who, id)
      if (await goOn(request, reply, id)) return reply
      const options =
        optionsOfPost(servers.form, request.body) ?? optionsOfLink(servers.form, request.query)
      // A button on a page that had no fields: they are asked for now.
      if (!options && servers.form.length > 0) return reply.redirect(request.url, 303)
      return startAndFollow(request, reply, { who, id }, options)
    })
  }

  /** A server that is there, or on its way, is not started: whoever comes goes on to it. */
  async function goOn(request: FastifyRequest, reply: FastifyReply, id: ServerId) {
    const state = (await servers.get(id))?.state
    if (state === 'ready') await reply.redirect(nextOf(deps, request, id))
    if (state === 'spawning' || state === 'stopping') await reply.redirect(pendingOf(request, id))
    return reply.sent
  }

  async function startAndFollow(
    request: FastifyRequest,
    reply: FastifyReply,
    { who, id }: Visit,
    options: UserOptions | undefined,
  ): Promise<FastifyReply> {
    try {
      const target = { user: id.user, server: id.name }
      const start = () => servers.start(id, { userOptions: options })
      await trail.around({ request, caller: who, action: 'server.start', target }, start)
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      if (error.code === 'invalid' && servers.form.length > 0)
        return ask(request, reply, { who, id }, { typed: options, error: error.message })
      // That somebody else has started it meanwhile is what the next page shows.
      const state = (await servers.get(id))?.state
      if (error.code !== 'conflict' || state === undefined || state === 'stopped') throw error
    }
    const server = await servers.settled(id, QUICK_MS)
    return reply.redirect(
      server?.state === 'ready' ? nextOf(deps, request, id) : pendingOf(request, id),
    )
  }

  function pendingOf(request: FastifyRequest, id: ServerId): string {
    const next = encodeURIComponent(nextOf(deps, request, id))
    return `/hub/spawn-pending/${pathOf(id)}?next=${next}`
  }

  async function ask(
    request: FastifyRequest,
    reply: FastifyReply,
    { who, id }: Visit,
    { typed, error }: { readonly typed?: UserOptions | undefined; readonly error?: string },
  ): Promise<FastifyReply> {
    const server = (await servers.get(id)) ?? notStarted(who, id)
    const { form } = servers
    if (form.length === 0)
      return pages.send(request, reply, {
        viewer: who,
        // The button posts to the whole address, options included.
        body: { ...stoppedBody(deps, request, server), start: request.url },
      })
    return pages.send(request, reply, {
      status: error === undefined ? 200 : 400,
      viewer: who,
      body: {
        page: 'spawn',
        owner: id.user,
        server: serverBody(server, addresses),
        fields: shownFields(form, typed, server.userOptions),
        action: `/hub/spawn/${pathOf(id)}?next=${encodeURIComponent(nextOf(deps, request, id))}`,
        error: error ?? null,
      },
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

/** What a server is started with is not for the pages of another server to choose. */
function isOfAnotherHost({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'same-site'
}
