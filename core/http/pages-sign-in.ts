import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import { prefixOf } from '#core/domain/servers/server.ts'

import { refusedToldBy } from './audit-trail.ts'
import {
  clearSessionCookies,
  KNOWN_BROWSER_COOKIE,
  readCookie,
  setKnownBrowserCookie,
  setSessionCookies,
} from './cookies.ts'
import { fromOf } from './door.ts'
import { tellFailedSignIn } from './failed-sign-in.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { safeNext } from './next-url.ts'
import { clientsOf, wayBackOf } from './oauth-clients.ts'
import type { PageTools } from './page-tools.ts'
import { isExposed } from './public-address.ts'

const Form = z.object({
  username: z.string().max(1024).default(''),
  password: z.string().max(4096).default(''),
})
const Next = z.object({ next: z.string().max(8192).optional().catch(undefined) })

/** Signing in and out: `/hub/`, `/hub/login`, `/hub/logout`. */
export function mountSignInPages(app: FastifyInstance, deps: HubHttpDeps, tools: PageTools): void {
  const { caller, checked, pages, trail } = tools
  const { signIn, servers, addresses, publicUrl, sessionDays } = deps
  const { secure } = addresses
  const clients = clientsOf(deps)
  const writer = { secure, domain: addresses.cookieDomain }

  const nextOf = (request: FastifyRequest, fallback: string) =>
    safeNext(Next.parse(request.query).next, {
      publicOrigin: publicUrl,
      isOurs: (origin) => addresses.isOurs(origin),
      fallback,
    })

  const showForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    shown: { status: number; name: string; error: string | null; retryAfter: number | null },
  ) => {
    if (shown.retryAfter !== null) void reply.header('retry-after', shown.retryAfter)
    const next = nextOf(request, '')
    return pages.send(request, reply, {
      status: shown.status,
      viewer: undefined,
      formTo: await wayBackOf(next, clients),
      body: {
        page: 'sign-in',
        action: next === '' ? '/hub/login' : `/hub/login?next=${encodeURIComponent(next)}`,
        name: shown.name,
        error: shown.error,
        retry_after: shown.retryAfter,
        insecure: isExposed(publicUrl),
      },
    })
  }

  app.get('/hub/', async (request, reply) => {
    const who = await caller(request)
    if (!who) return reply.redirect('/hub/login')
    const own = await servers.get({ user: who.user.name, name: '' })
    return reply.redirect(own?.state === 'ready' ? prefixOf(own.id) : '/hub/home')
  })

  app.get('/hub/login', async (request, reply) => {
    if (await caller(request)) return reply.redirect(nextOf(request, '/hub/'))
    return showForm(request, reply, { status: 200, name: '', error: null, retryAfter: null })
  })

  app.post('/hub/login', async (request, reply) => {
    await checked(request)
    const { username, password } = Form.parse(request.body ?? {})
    const leave = new AbortController()
    request.raw.once('close', () => leave.abort(new Error('the browser left')))
    try {
      const signingIn = signIn.signIn(
        {
          name: username,
          password,
          ...fromOf(request),
          knownBrowser: readCookie(request, KNOWN_BROWSER_COOKIE),
        },
        leave.signal,
      )
      const { user, session, knownBrowser } = await refusedToldBy(signingIn, () =>
        trail.signInRefused(request, username),
      )
      const who = { by: 'password', user, scopes: [] } as const
      await trail.done(request, who, 'sign-in', { target: { user: user.name } })
      setSessionCookies(reply, session, { ...writer, days: sessionDays })
      setKnownBrowserCookie(reply, knownBrowser, { secure })
      return reply.redirect(nextOf(request, '/hub/'))
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      tellFailedSignIn(reply, error)
      const status = error.code === 'too_many' ? 429 : error.code === 'unavailable' ? 503 : 403
      return showForm(request, reply, {
        status,
        name: username.slice(0, 255),
        error: error.message,
        retryAfter: error.retryAfter ?? null,
      })
    }
  })
  mountSignOut(app, deps, tools)
  mountFirstPages(app, deps, pages)
}

function mountSignOut(
  app: FastifyInstance,
  { sessions, addresses }: HubHttpDeps,
  { caller, pages, trail }: PageTools,
): void {
  const writer = { secure: addresses.secure, domain: addresses.cookieDomain }

  app.get('/hub/logout', async (request, reply) => {
    const who = await caller(request)
    // A link is enough, from wherever, but not an image on somebody's page.
    const mode = request.headers['sec-fetch-mode']
    if (who && mode !== undefined && mode !== 'navigate')
      throw new HubError('forbidden', 'Signing out is a page to be visited.')
    if (who) {
      await sessions.end(who.session.id)
      await trail.done(request, who, 'sign-out', { target: { user: who.user.name } })
    }
    clearSessionCookies(reply, writer)
    return pages.send(request, reply, { viewer: undefined, body: { page: 'signed-out' } })
  })
}

/** Where the first admin is made, and where people choose a password. */
function mountFirstPages(
  app: FastifyInstance,
  { links }: HubHttpDeps,
  pages: PageTools['pages'],
): void {
  app.get('/hub/setup', async (request, reply) =>
    pages.send(request, reply, {
      viewer: undefined,
      body: { page: 'set-up', open: await links.canSetUp() },
    }),
  )

  app.get('/hub/sign-up', async (request, reply) =>
    pages.send(request, reply, { viewer: undefined, body: { page: 'sign-up' } }),
  )
}
