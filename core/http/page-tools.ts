import type { FastifyReply, FastifyRequest } from 'fastify'

import type { AuditTrail } from './audit-trail.ts'
import { callerOf } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { doorOf } from './door.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { Pages } from './page.ts'
import { checkXsrf } from './xsrf-check.ts'

type Browser = Extract<Caller, { by: 'session' }>

/** What every page's handlers need. */
export interface PageTools {
  readonly pages: Pages
  readonly trail: AuditTrail
  /** Who is signed in in this browser. */
  readonly caller: (request: FastifyRequest) => Promise<Browser | undefined>
  /** As `caller`, for a form: refuses one that our own page did not make. @throws HubError `forbidden` */
  readonly checked: (request: FastifyRequest) => Promise<Browser | undefined>
  /** Sends somebody who is not signed in to do that, and back here afterwards. */
  readonly toSignIn: (request: FastifyRequest, reply: FastifyReply) => FastifyReply
}

/** An answer's headers have room for 16 KiB, and each byte of an address may take three more in another. */
const LONGEST_NEXT = 4000

export function makePageTools(deps: HubHttpDeps, trail: AuditTrail): PageTools {
  const caller = async (request: FastifyRequest) => {
    if (doorOf(request.raw) !== 'front') return undefined
    const found = await callerOf(request, deps)
    if (found) trail.know(request, found)
    return found?.by === 'session' ? found : undefined
  }
  return {
    trail,
    pages: new Pages(deps),
    caller,
    checked: async (request) => {
      const found = await caller(request)
      checkXsrf(request, found, { secret: deps.secret, isApi: false })
      return found
    },
    toSignIn: (request, reply) =>
      reply.redirect(
        request.url.length > LONGEST_NEXT
          ? '/hub/login'
          : `/hub/login?next=${encodeURIComponent(request.url)}`,
      ),
  }
}
