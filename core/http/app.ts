import formbody from '@fastify/formbody'
import serveStatic from '@fastify/static'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'

import { withDefaultServer } from './api-shares.ts'
import { authenticator, mountApi, readBodiesAsJson } from './api.ts'
import { mountMetrics } from './api-metrics.ts'
import { AuditTrail } from './audit-trail.ts'
import { clientAddress, doorOf } from './door.ts'
import { sendError } from './error-page.ts'
import { refusalOf } from './errors.ts'
import { tellFailedSignIn } from './failed-sign-in.ts'
import { addHeaders, HEADERS_OF_ALL } from './headers.ts'
import { keepHosts } from './hosts.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { mountOAuth } from './oauth.ts'
import { makePageTools, type PageTools } from './page-tools.ts'
import { mountConsolePages } from './pages-console.ts'
import { mountGonePages } from './pages-gone.ts'
import { mountServerPages } from './pages-servers.ts'
import { mountPolicyReports } from './policy-reports.ts'
import { mountSharePages } from './pages-shares.ts'
import { mountSpawnPages } from './pages-spawn.ts'
import { mountSignInPages } from './pages-sign-in.ts'
import { endSecondLogins } from './second-logins.ts'

const MOST_BODY_BYTES = 1024 * 1024

/** The default server's name is empty: clients that put it into `…/servers/NAME` all the same ask about `…/server`. */
const UNNAMED_SERVER = /^(\/hub\/api\/users\/[^/?]+)\/servers\/(?=\/|\?|$)/

const mounted = new WeakMap<FastifyInstance, readonly string[]>()

/** What an app serves, a line a route: `GET /hub/api/users/:user`. */
export function routesOf(app: FastifyInstance): readonly string[] {
  return mounted.get(app) ?? []
}

/** The hub's HTTP face. It does not listen: whoever starts it passes requests to `routing`, each marked with its door. */
export async function buildApp(deps: HubHttpDeps): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: 60_000,
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    // The log gets paths without their queries, where codes and tokens could be; so the framework's own logger stays off.
    logger: false,
    frameworkErrors: refuseAddress,
    rewriteUrl: ({ url = '' }) => withDefaultServer(url.replace(UNNAMED_SERVER, '$1/server')),
    forceCloseConnections: true,
    // Shapes are read with Zod; the framework's own compilers of schemas would only be loaded.
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
  })
  const routes: string[] = []
  mounted.set(app, routes)
  app.addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((one) => `${one} ${url}`))
  })
  const trail = new AuditTrail(deps)
  const tools = makePageTools(deps, trail)
  keepDoors(app)
  keepHosts(app, deps.addresses)
  addHeaders(app, deps.hsts)
  endSecondLogins(app, deps.addresses)
  logAnswers(app, deps)
  answerErrors(app, deps, tools)

  await app.register(formbody, { bodyLimit: MOST_BODY_BYTES })
  await app.register(serveStatic, {
    root: deps.staticFolder,
    prefix: '/hub/static/',
    // The packed twins that the build laid beside the large files.
    preCompressed: true,
    index: false,
    setHeaders: (reply, path) => {
      // Built files carry a hash of what is in them; the few others may change with an upgrade.
      reply.header(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=600',
      )
    },
  })
  await app.register(
    async (api) => {
      readBodiesAsJson(api)
      mountApi(api, deps, trail)
    },
    { prefix: '/hub/api' },
  )
  await app.register(
    async (hub) =>
      mountMetrics(hub, { authenticate: authenticator(deps, trail), rights: deps.rights }, deps),
    { prefix: '/hub' },
  )
  await app.register(async (oauth) => mountOAuth(oauth, deps, tools))
  await app.register(async (site) => {
    site.get('/hub/health', async (_request, reply) => {
      await deps.health()
      return reply.type('application/json').send('')
    })
    site.get('/hub/logo', async (_request, reply) => reply.redirect('/hub/static/logo.svg'))
    mountSignInPages(site, deps, tools)
    mountServerPages(site, deps, tools)
    mountSharePages(site, deps, tools)
    mountSpawnPages(site, deps, tools)
    mountConsolePages(site, deps, tools)
  })
  await app.register(async (site) => mountPolicyReports(site, deps, tools))
  mountGonePages(app, deps, tools)
  await app.ready()
  return app
}

/** For an address that cannot be read (`%ff`, or a part that is far too long): no route is looked for, and no hook runs. */
function refuseAddress(
  { statusCode: status = 400 }: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply
    .code(status)
    .headers(HEADERS_OF_ALL)
    .type('application/json')
    .send({ status, message: 'the address cannot be read' })
}

function noSchemas(): never {
  throw new Error('no route here has a JSON schema')
}

/** The servers' and the operator's sockets lead to the API alone. */
function keepDoors(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (
      doorOf(request.raw) === 'front' ||
      request.url === '/hub/api' ||
      request.url.startsWith('/hub/api/')
    )
      done()
    else
      void reply
        .code(404)
        .type('application/json')
        .send({ status: 404, message: 'only /hub/api is served here' })
  })
}

function logAnswers(app: FastifyInstance, { log, metrics }: HubHttpDeps): void {
  app.addHook('onResponse', (request, reply, done) => {
    const who = clientAddress(request.raw) || doorOf(request.raw)
    metrics.answered({
      method: request.method,
      // The pattern and not the path: no name becomes a label.
      route: request.routeOptions.url ?? '',
      status: reply.statusCode,
      ms: reply.elapsedTime,
    })
    // Old clients wrote a token, or a cookie, into this address: it is not served, and not written down.
    const target = (request.url.split('?')[0] ?? '').replace(/(\/authorizations\/).*/, '$1…')
    log.answered({
      method: request.method,
      target: target.slice(0, 256),
      status: reply.statusCode,
      who,
      ms: Math.round(reply.elapsedTime),
    })
    done()
  })
}

function answerErrors(app: FastifyInstance, { log }: HubHttpDeps, tools: PageTools): void {
  const noteRefusal = async (request: FastifyRequest, refusal: unknown) => {
    try {
      await tools.trail.refused(request, refusal)
    } catch (error) {
      // A log that cannot be written to is no reason to let anybody in, nor to answer something else.
      log.unforeseen('', error)
    }
  }
  app.setErrorHandler(async (error, request: FastifyRequest, reply: FastifyReply) => {
    // A body that cannot be read was read whole all the same: no reason to close the proxy's connection, on which the next request may
    // be under way already.
    if (request.raw.complete) void reply.removeHeader('connection')
    tellFailedSignIn(reply, error)
    await noteRefusal(request, error)
    return sendError(request, reply, refusalOf(error, log.unforeseen), tools)
  })
}
