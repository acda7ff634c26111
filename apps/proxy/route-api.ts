import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

import { sameSecret } from '#core/base/random.ts'
import { CloseBody, RouteBody } from '#core/contract/proxy-api.ts'
import type { ForwardingRoute, Routes } from '#core/forwarding/routes.ts'

import { addRoute } from './routes-file.ts'

const MOST_BODY_BYTES = 1024 * 1024

export interface RouteApiOptions {
  readonly routes: Routes
  readonly token: string
  /** Called after each change, before it is answered. */
  readonly changed: () => void
}

/** configurable-http-proxy's REST API: routes added, removed and listed by whoever has the token. */
export function createRouteApi(options: RouteApiOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(error instanceof Error ? error.message : '')
    })
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: RouteApiOptions,
): Promise<void> {
  const { routes, token } = options
  if (!isAllowed(request, token)) return void response.writeHead(403).end()
  const url = new URL(request.url ?? '/', 'http://proxy')
  if (url.pathname === '/api/connections/close') return close(request, response, routes)
  if (!/^\/api\/routes(?:\/|$)/.test(url.pathname)) return void response.writeHead(404).end()
  const prefix = url.pathname.slice('/api/routes'.length) || '/'
  switch (request.method) {
    case 'GET':
      return list(response, routes, {
        prefix: url.pathname === '/api/routes' ? null : prefix,
        query: url.searchParams,
      })
    case 'POST':
      return add(request, response, { ...options, prefix })
    case 'DELETE': {
      const found = routes.delete(prefix) !== undefined
      if (found) options.changed()
      return void response.writeHead(found ? 204 : 404).end()
    }
    default:
      return void response.writeHead(405).end()
  }
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const given = /^token\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return given !== undefined && sameSecret(given, token)
}

function list(
  response: ServerResponse,
  routes: Routes,
  { prefix, query }: { readonly prefix: string | null; readonly query: URLSearchParams },
): void {
  if (prefix !== null) {
    const route = routes.get(prefix)
    return route ? json(response, shown(route)) : void response.writeHead(404).end()
  }
  const since = query.get('inactive_since') ?? query.get('inactiveSince')
  const limit = since === null ? undefined : new Date(since)
  if (limit && Number.isNaN(limit.getTime()))
    return void response.writeHead(400).end(`${since} is no date`)
  const all = [...routes.all].filter(
    ({ lastActivity }) => limit === undefined || lastActivity < limit,
  )
  json(response, Object.fromEntries(all.map((route) => [route.prefix, shown(route)])))
}

async function add(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, changed, prefix }: RouteApiOptions & { readonly prefix: string },
): Promise<void> {
  const parsed = RouteBody.safeParse(parseJson(await readBody(request)))
  // The client's word on the type of the body does not count: hubs send JSON as plain text.
  if (!parsed.success || !addRoute(routes, prefix, parsed.data))
    return void response.writeHead(400).end('a target is needed: http://… or http+unix://…')
  changed()
  response.writeHead(201).end()
}

/** Ours: ends the live connections of one route, or of one person. */
async function close(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const { success, data } = CloseBody.safeParse(parseJson(await readBody(request)))
  if (!success)
    return void response.writeHead(400).end('a prefix, or hashes of credentials, are needed')
  const { prefix = null, credentials = null } = data
  json(response, { closed: routes.close({ prefix, credentials }) })
}

function shown({ data, lastActivity, lastUse }: ForwardingRoute): object {
  return {
    ...data,
    last_activity: lastActivity.toISOString(),
    last_use: lastUse.toISOString(),
  }
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk)
    if (body.length > MOST_BODY_BYTES) throw new Error('the body is too large')
  }
  return body
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
