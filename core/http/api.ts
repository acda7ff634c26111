import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'

import { Turns } from '#core/base/turns.ts'
import { jsonDepth } from '#core/base/json-depth.ts'
import { ENDPOINTS, pathsOf } from '#core/contract/endpoints.ts'
import { getOpenApi, getVersion, PROTOCOL_VERSION } from '#core/contract/hub.ts'
import { openApiDocument } from '#core/contract/openapi.ts'
import { HubError } from '#core/domain/errors.ts'

import { mountActivity } from './api-activity.ts'
import { mountAccounts } from './api-accounts.ts'
import { mountAudit } from './api-audit.ts'
import { mountAnnouncement } from './api-announcement.ts'
import { mountConfig } from './api-config.ts'
import { mountMetrics } from './api-metrics.ts'
import { mountNotices } from './api-notices.ts'
import { mountUsage } from './api-usage.ts'
import { mountProgress } from './api-progress.ts'
import { mountGroups } from './api-groups.ts'
import { mountInfo } from './api-info.ts'
import { mountServers } from './api-servers.ts'
import { mountServices } from './api-services.ts'
import { mountShares } from './api-shares.ts'
import { mountCulling } from './api-culling.ts'
import { mountDeprecated } from './api-deprecated.ts'
import { mountHub } from './api-hub.ts'
import { mountFirstPasswords } from './api-first-passwords.ts'
import { mountSessions } from './api-sessions.ts'
import { mountTokens } from './api-tokens.ts'
import { mountUsers } from './api-users.ts'
import { mountWho } from './api-who.ts'
import type { AuditTrail } from './audit-trail.ts'
import { callerOf } from './authenticate.ts'
import type { HubHttpDeps } from './hub-http.ts'
import type { Gate } from './mount.ts'
import { checkXsrf } from './xsrf-check.ts'

/** Two, so that one is made while the other waits for its database. */
const LISTS_AT_ONCE = 2

/** Everything below `/hub/api` that answers JSON. */
export function mountApi(app: FastifyInstance, deps: HubHttpDeps, trail: AuditTrail): void {
  const authenticate = authenticator(deps, trail)
  // The router takes the same path without the slash, as JupyterHub's servers ask for it.
  app.get('/', async (_request, reply) => {
    void reply.header('access-control-allow-origin', '*')
    return getVersion.output.parse({ version: PROTOCOL_VERSION })
  })
  app.get('/health', async (_request, reply) => {
    await deps.health()
    return reply.type('application/json').send('')
  })
  // Made for the first who asks: most hubs are never asked.
  let document: string | undefined
  app.get(getOpenApi.path, async (_request, reply) => {
    document ??= JSON.stringify(openApiDocument())
    return reply.type('application/json').send(document)
  })
  const gate = { authenticate, rights: deps.rights, trail, turns: new Turns(LISTS_AT_ONCE) }
  mountWho(app, gate, deps)
  mountUsers(app, gate, deps)
  mountGroups(app, gate, deps)
  mountAccounts(app, gate, deps)
  mountAudit(app, gate, deps)
  mountTokens(app, gate, deps)
  mountSessions(app, gate, deps)
  mountServers(app, gate, deps)
  mountProgress(app, gate, deps)
  mountCulling(app, gate, deps)
  mountNotices(app, gate, deps)
  mountUsage(app, gate, deps)
  mountMetrics(app, gate, deps)
  mountActivity(app, gate, deps)
  mountServices(app, gate, deps)
  mountShares(app, gate, deps)
  mountConfig(app, gate, deps)
  mountInfo(app, gate, deps)
  mountAnnouncement(app, gate, deps)
  mountFirstPasswords(app, deps, trail)
  mountHub(app, gate, deps)
  mountDeprecated(app, gate, deps)
  const methodsOf = methodTable()
  const noOperation = async (request: FastifyRequest, reply: FastifyReply) =>
    answerNoOperation(request, reply, methodsOf)
  app.all('/*', noOperation)
  app.route({
    method: ['OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/',
    handler: async (request, reply) =>
      noOperation(request, reply.header('access-control-allow-origin', '*')),
  })
}

/** Who asks for something of the API; refuses a browser's call that its own page did not make. */
export function authenticator(deps: HubHttpDeps, trail: AuditTrail): Gate['authenticate'] {
  return async (request) => {
    const caller = await callerOf(request, deps)
    if (caller) trail.know(request, caller)
    if (caller?.by === 'session' && hasForeignBody(request)) return undefined
    checkXsrf(request, caller, { secret: deps.secret, isApi: true })
    return caller
  }
}

/** The methods that an address of the API takes; none where there is nothing. */
function methodTable(): (path: string) => readonly string[] {
  const shapes = ENDPOINTS.flatMap((endpoint) =>
    pathsOf(endpoint).map((path) => ({
      method: endpoint.method,
      shape: new RegExp(`^/hub/api${path.replaceAll(/:[a-z_]+/g, '[^/]+').replace(/\/$/, '')}/?$`),
    })),
  )
  return (path) => shapes.filter(({ shape }) => shape.test(path)).map(({ method }) => method)
}

/** OPTIONS is answered emptily where there is something, another wrong method with 405 and what would do. */
function answerNoOperation(
  request: FastifyRequest,
  reply: FastifyReply,
  methodsOf: (path: string) => readonly string[],
): FastifyReply {
  const path = request.url.split('?')[0] ?? ''
  const methods = [...new Set(methodsOf(path))]
  // The method would do, and the router took it for none of its own: a part of the address is longer than any name.
  if (methods.length === 0 || methods.some((method) => method === request.method))
    throw new HubError('not_found', 'there is no such operation')
  void reply.header('allow', [...methods, 'OPTIONS'].join(', '))
  if (request.method === 'OPTIONS') return reply.code(200).send()
  throw new HubError('not_allowed', `${request.method} is nothing that can be done here`)
}

/** A browser can be made to send other types without asking us first; so with a cookie only JSON counts (as JupyterHub has it). */
function hasForeignBody(request: FastifyRequest): boolean {
  const type = request.headers['content-type']
  return request.method === 'POST' && type !== undefined && !/^application\/json\b/i.test(type)
}

/** No operation has a use for more, and every reader further in recurses. */
const DEEPEST_JSON = 100

/** Clients with a token send JSON under any type, or none: what is there is read as JSON. */
export function readBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body)
    if (text.trim() === '') {
      done(null, undefined)
      return
    }
    if (jsonDepth(text) > DEEPEST_JSON) {
      done(new HubError('invalid', `the body nests deeper than ${DEEPEST_JSON}`), undefined)
      return
    }
    const parsed = z.string().transform(parseJson).safeParse(text)
    if (parsed.success) done(null, parsed.data)
    else done(new HubError('invalid', 'the body is not JSON'), undefined)
  })
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
}
