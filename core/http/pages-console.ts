import type { FastifyInstance } from 'fastify'

import { HubError } from '#core/domain/errors.ts'

import type { BrowserCaller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import type { PageTools } from './page-tools.ts'

/** The operator's pages, `/hub/admin` and below (scope `admin-ui`), and everybody's own tokens and sessions, `/hub/token`. */
export function mountConsolePages(
  app: FastifyInstance,
  { rights, links, tokens }: Pick<HubHttpDeps, 'rights' | 'links' | 'tokens'>,
  { caller, pages, toSignIn }: PageTools,
): void {
  app.get('/hub/admin', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const may = await maker(who)
    const body = {
      page: 'people',
      may: {
        add: await may('admin:users'),
        change: await may('admin:users'),
        admins: who.user.admin && (await may('admin:users')),
        remove: await may('delete:users'),
        links: links.keepsPasswords && (await may('admin:users')),
        sessions: await may('tokens'),
        start: await may('start:servers'),
        stop: await may('delete:servers'),
        open: await may('access:servers'),
      },
    } as const
    return pages.send(request, reply, { viewer: who, body })
  })

  app.get('/hub/admin/groups', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const may = await maker(who)
    const body = {
      page: 'groups',
      may: {
        add: await may('admin:groups'),
        change: await may('groups'),
        remove: await may('delete:groups'),
      },
    } as const
    return pages.send(request, reply, { viewer: who, body })
  })

  app.get('/hub/token', async (request, reply) => {
    const who = await caller(request)
    if (!who) return toSignIn(request, reply)
    const body = {
      page: 'credentials' as const,
      scopes: [...who.scopes],
      longest: tokens.longest,
      password: links.keepsPasswords,
    }
    return pages.send(request, reply, { viewer: who, body })
  })

  /** Whether a caller who may see the operator's pages holds a scope at all, over whomever. @throws HubError `forbidden` */
  async function maker(who: BrowserCaller): Promise<(scope: string) => Promise<boolean>> {
    if ((await rights.holdsOneOf(who.scopes, ['admin-ui'], {})) !== 'yes')
      throw new HubError('forbidden', 'The pages of administration are for admins.')
    return async (scope) => (await rights.holdsOneOf(who.scopes, [scope], {})) !== 'no'
  }
}
