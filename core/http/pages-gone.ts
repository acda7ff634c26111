import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import { prefixOf, type ServerId } from '#core/domain/servers/server.ts'

import { serverBody } from './bodies.ts'
import { sendError } from './error-page.ts'
import type { HubHttpDeps } from './hub-http.ts'
import type { PageTools } from './page-tools.ts'
import { notStarted, pathOf, requireServer } from './pages-servers.ts'
import { serverInPath } from './server-in-path.ts'

const Failed = z.object({ code: z.coerce.number().int().min(400).max(599) })
const FailedQuery = z.object({ url: z.string().max(8192).default('') })

/**
 * Requests that found no server: the proxy sends here what no route takes, and asks here for the page when a server that it
 * has a route to does not answer.
 */
export function mountGonePages(app: FastifyInstance, deps: HubHttpDeps, tools: PageTools): void {
  const { rights, servers, addresses, publicUrl } = deps
  const { caller, pages, toSignIn } = tools

  app.get('/', async (_request, reply) => reply.redirect('/hub/'))

  app.all('/hub/user/*', async (request, reply) => {
    const path = request.url.slice('/hub'.length)
    const id = await serverInPath(path, servers)
    if (!id) throw new HubError('not_found', 'There is no such page.')
    if (isForProgram(request)) return toProgram(reply, id)
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    await requireServer(rights, 'access:servers', who, id)
    const server = await servers.get(id)
    if (server?.state === 'ready') {
      await servers.openWay(server)
      return comeAgain(reply, path)
    }
    if (server?.state === 'spawning' || server?.state === 'stopping') {
      return reply.redirect(
        `/hub/spawn-pending/${pathOf(id)}?next=${encodeURIComponent(path)}`,
        303,
      )
    }
    const start = `/hub/spawn/${pathOf(id)}?next=${encodeURIComponent(path)}`
    const body = {
      page: 'stopped',
      owner: id.user,
      server: serverBody(server ?? notStarted(who, id), addresses),
      next: path,
      start,
    } as const
    return pages.send(request, reply, { status: 424, viewer: who, body })
  })

  app.get('/hub/user-redirect/*', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const rest = request.url.slice('/hub/user-redirect/'.length)
    const id = { user: who.user.name, name: '' }
    const target = prefixOf(id) + rest
    const server = await servers.get(id)
    return reply.redirect(
      server?.state === 'ready'
        ? target
        : `/hub/spawn/${pathOf(id)}?next=${encodeURIComponent(target)}`,
    )
  })

  app.get('/hub/error/:code', async (request, reply) => {
    const { code } = Failed.parse(request.params)
    const { url } = FailedQuery.parse(request.query)
    const id = await serverInPath(url, servers)
    const message =
      code === 503 && id !== undefined ? 'This server is gone, or does not answer.' : ''
    return sendError(
      request,
      reply,
      { status: code, message, id: null, retryAfter: undefined },
      tools,
    )
  })

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url
    if (path === '/hub' || path.startsWith('/hub/'))
      throw new HubError('not_found', 'There is no such page.')
    const id = await serverInPath(path, servers)
    if (id !== undefined && isForProgram(request)) return toProgram(reply, id)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new HubError('not_found', 'Nothing is served here.')
    return reply.redirect(`/hub${path}`)
  })

  /** A server that another hub has brought up, and this one's proxy knows no way to yet, is there in a moment. */
  async function toProgram(reply: FastifyReply, id: ServerId): Promise<FastifyReply> {
    const server = await servers.get(id)
    if (server?.state !== 'ready') return gone(reply, id, publicUrl)
    await servers.openWay(server)
    throw new HubError('unavailable', 'The way to the server is being opened.', { retryAfter: 1 })
  }
}

/**
 * A page and a route that disagree for a moment, while a server comes or goes: back to its address, later each time, and not
 * for ever.
 */
async function comeAgain(reply: FastifyReply, path: string): Promise<FastifyReply> {
  const url = new URL(path, 'http://hub')
  const times = Number(url.searchParams.get('redirects') ?? '0')
  if (!(times < 4))
    throw new HubError(
      'unavailable',
      'The server runs, but the way to it does not open. Stop it at home and start it again.',
    )
  url.searchParams.set('redirects', String(times + 1))
  return reply.header('refresh', `${2 ** times}`).redirect(url.pathname + url.search)
}

/** Programs inside a page, Lab's first of all, learn from 424 that the server is gone (JupyterHub's status since 2.0). */
function gone(reply: FastifyReply, id: ServerId, publicUrl: string): FastifyReply {
  const message = `JupyterHub server no longer running at ${prefixOf(id)}. Restart the server at ${publicUrl}/hub/spawn/${pathOf(id)}`
  return reply.code(424).type('application/json').send({ message })
}

function isForProgram(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return true
  const accept = request.headers.accept ?? ''
  if (accept.includes('application/json') && !accept.includes('text/html')) return true
  return (request.url.split('?')[0] ?? '').split('/').includes('api')
}
