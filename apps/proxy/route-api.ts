import { sameSecret } from '#core/base/random.ts'
import { CloseBody, RouteBody } from '#core/contract/proxy-api.ts'
import type { Exchange } from '#core/forwarding/exchange.ts'
import { headerOf } from '#core/forwarding/message.ts'
import type { ForwardingRoute, Routes } from '#core/forwarding/routes.ts'

import { type ApiAnswer, ApiError, answerWith, json, readJson } from './api-answer.ts'
import type { Certificates } from './certificates.ts'
import type { ProxyLog } from './log.ts'
import type { ApiMeter, ShownMetrics } from './metrics.ts'
import { addRoute } from './routes-file.ts'

export interface RouteApiOptions {
  readonly routes: Routes
  /** Undefined: whoever reaches the API may use it. */
  readonly token: string | undefined
  /** Whether the first segment of a route is a host, which is then shown as such. */
  readonly hostRouting: boolean
  /** Called after each change, with the prefix; it is answered when this resolves. */
  readonly changed: (prefix: string) => Promise<void>
  readonly certificates: Pick<Certificates, 'reload'>
  readonly meter: ApiMeter
  readonly metrics: ShownMetrics
  readonly log: ProxyLog
}

/** What is asked of the API. */
interface Asked {
  readonly method: string
  /** Decoded, from `/api` on. */
  readonly path: string
  readonly query: string
  readonly body: () => Promise<unknown>
}

type Handler = (asked: Asked, options: RouteApiOptions) => ApiAnswer | Promise<ApiAnswer>

/** By path, then by method. The order is that of the checks: 404, 405, then the token. */
const HANDLERS: readonly (readonly [RegExp, Readonly<Record<string, Handler>>])[] = [
  [/^\/api\/routes(?:\/|$)/, { GET: list, POST: add, DELETE: remove }],
  [/^\/api\/connections\/close$/, { POST: close }],
  [/^\/api\/certificates\/reload$/, { POST: reload }],
  [/^\/api\/metrics$/, { GET: (_asked, { metrics }) => metrics.shownBeside() }],
]

/** A path that says what it says: reading it as a URL would change nothing. */
const PLAIN = /^\/[A-Za-z0-9_/-]*$/
const NOWHERE = { pathname: '', search: '' }

/**
 * configurable-http-proxy's REST API: routes added, removed and listed by whoever has the token. Ours beside it: the end of
 * connections, and the numbers.
 */
export function createRouteApi(options: RouteApiOptions): (exchange: Exchange) => void {
  return (exchange) => {
    void respond(exchange, options)
  }
}

async function respond(exchange: Exchange, options: RouteApiOptions): Promise<void> {
  const { meter, log } = options
  const said = await answer(exchange, options).catch((error: unknown) => failure(error, log))
  const { method, target } = exchange.head
  meter.api(said.status)
  log.debug(`${said.status} ${method} ${target.split('?', 1)[0]}`)
  answerWith(exchange, said)
}

async function answer(exchange: Exchange, options: RouteApiOptions): Promise<ApiAnswer> {
  const { method, target } = exchange.head
  const { pathname, search } = PLAIN.test(target)
    ? { pathname: target, search: '' }
    : (URL.parse(target, 'http://proxy') ?? NOWHERE)
  const path = decoded(pathname)
  const methods = HANDLERS.find(([pattern]) => pattern.test(pathname))?.[1]
  if (!methods) throw new ApiError(404, 'Not Found')
  const handler = methods[method]
  if (!handler) throw new ApiError(405, `${method} does nothing here`)
  if (!isAllowed(exchange, options.token)) return { status: 403 }
  if (path === undefined) throw new ApiError(400, 'the path is not percent-encoded UTF-8')
  const body = () => readJson(exchange)
  return handler({ method, path, query: search, body }, options)
}

function failure(error: unknown, log: ProxyLog): ApiAnswer {
  if (error instanceof ApiError) return { status: error.status, text: error.message }
  log.error(
    `the API failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  )
  return { status: 500, text: 'the proxy failed; its log says more' }
}

function isAllowed({ head }: Exchange, token: string | undefined): boolean {
  if (token === undefined) return true
  const given = /^token\s+(\S+)$/i.exec(headerOf(head.headers, 'authorization') ?? '')?.[1]
  return given !== undefined && sameSecret(given, token)
}

/** The route that is meant; undefined where the path names none. */
function specOf({ path }: Asked): string | undefined {
  const spec = path.slice('/api/routes'.length)
  return spec === '' || spec === '/' ? undefined : spec
}

function list(asked: Asked, { routes, meter }: RouteApiOptions): ApiAnswer {
  const spec = specOf(asked)
  if (spec !== undefined) {
    const route = routes.get(spec)
    return route ? json(shown(route)) : { status: 404 }
  }
  const query = new URLSearchParams(asked.query)
  const since = query.get('inactiveSince') || query.get('inactive_since')
  const limit = since ? new Date(since) : undefined
  if (limit && Number.isNaN(limit.getTime()))
    throw new ApiError(400, `'${since}' is no date: ISO 8601 is meant`)
  const all = [...routes.all].filter(
    ({ lastActivity }) => limit === undefined || lastActivity < limit.getTime(),
  )
  meter.routesListed()
  return json(Object.fromEntries(all.map((route) => [route.prefix, shown(route)])))
}

async function add(asked: Asked, options: RouteApiOptions): Promise<ApiAnswer> {
  const { routes, hostRouting, changed, meter, log } = options
  const spec = specOf(asked) ?? '/'
  // The client's word on the type of the body does not count: hubs send JSON as plain text.
  const parsed = RouteBody.safeParse(await asked.body())
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' }
    throw new ApiError(
      400,
      path.length === 0 ? 'an object with a target is needed' : `${path.join('.')}: ${message}`,
    )
  }
  const host = hostRouting && spec !== '/' ? spec.replace(/^\//, '').split('/')[0] : undefined
  const body = host === undefined ? parsed.data : { ...parsed.data, host }
  if (!addRoute(routes, spec, body))
    throw new ApiError(400, 'target: http://…, https://… or http+unix://… is needed')
  await changed(spec)
  meter.routeAdded()
  log.info(`route added: ${spec} -> ${body.target}`)
  return { status: 201 }
}

async function remove(
  asked: Asked,
  { routes, changed, meter, log }: RouteApiOptions,
): Promise<ApiAnswer> {
  const spec = specOf(asked) ?? '/'
  const closed = routes.delete(spec)
  meter.routeDeleted()
  if (closed === undefined) return { status: 404 }
  await changed(spec)
  log.info(`route removed: ${spec} (connections closed: ${closed})`)
  return { status: 204 }
}

/** Ours: ends the live connections of one route, or of one person. */
async function close(asked: Asked, { routes, log }: RouteApiOptions): Promise<ApiAnswer> {
  const { success, data } = CloseBody.safeParse(await asked.body())
  if (!success) throw new ApiError(400, 'a prefix, or hashes of credentials, are needed')
  const { credentials = null } = data
  const prefix = decoded(data.prefix) ?? null
  const closed = routes.close({ prefix, credentials })
  log.info(`connections closed: ${closed} of ${prefix ?? 'all routes'}`)
  return json({ closed })
}

/** Ours: reads the certificates anew. One that cannot be used changes nothing, and is told. */
function reload(_asked: Asked, { certificates }: RouteApiOptions): ApiAnswer {
  const { renewed, troubles } = certificates.reload()
  return troubles.length > 0 ? { status: 409, text: troubles.join('\n') } : json({ renewed })
}

function shown({ data, lastActivity, lastUse }: ForwardingRoute): object {
  return {
    ...data,
    last_activity: new Date(lastActivity).toISOString(),
    last_use: new Date(lastUse).toISOString(),
  }
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text)
  } catch {
    return undefined
  }
}
