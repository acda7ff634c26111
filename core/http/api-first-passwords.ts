import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { readSignUp, useSetUp, useSignUp } from '#core/contract/sign-in.ts'
import type { User } from '#core/domain/users/user.ts'

import type { AuditTrail } from './audit-trail.ts'
import { setKnownBrowserCookie, setSessionCookies } from './cookies.ts'
import { clientAddress, fromOf } from './door.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { mountOpen } from './mount.ts'
import { checkXsrf } from './xsrf-check.ts'

/** What the set-up and sign-up pages post: a one-time code makes the first admin, or sets a first password, and signs in. */
export function mountFirstPasswords(
  app: FastifyInstance,
  deps: HubHttpDeps,
  trail: AuditTrail,
): void {
  const { links, sessions, signIn, addresses, sessionDays, secret } = deps
  const enter = async (user: User, request: FastifyRequest, reply: FastifyReply) => {
    const { session, knownBrowser } = await signIn.startSession(user, fromOf(request))
    const { secure, cookieDomain: domain } = addresses
    setSessionCookies(reply, session, { secure, domain, days: sessionDays })
    setKnownBrowserCookie(reply, knownBrowser, { secure })
    return { next: '/hub/home' }
  }
  const check = (request: FastifyRequest) => checkXsrf(request, undefined, { secret, isApi: true })

  mountOpen(app, useSetUp, async ({ body, request, reply }) => {
    check(request)
    const user = await links.useSetUp(body, clientAddress(request.raw))
    await trail.done(request, byLink(user), 'set-up', { target: { user: user.name } })
    return enter(user, request, reply)
  })

  mountOpen(app, readSignUp, async ({ body, request }) => {
    check(request)
    return { name: (await links.readSignUp(body.code, clientAddress(request.raw))).name }
  })

  mountOpen(app, useSignUp, async ({ body, request, reply }) => {
    check(request)
    const user = await links.useSignUp(body, clientAddress(request.raw))
    // Whoever was signed in with an old password is so no more.
    await sessions.endAllOf(user.id)
    await trail.done(request, byLink(user), 'sign-up', { target: { user: user.name } })
    return enter(user, request, reply)
  })
}

const byLink = (user: User) => ({ by: 'link', user, scopes: [] }) as const
