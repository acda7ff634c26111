import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import { credentialsOf } from './credentials.ts'
import type { Forwarder } from './forwarder.ts'
import { hasOneHost } from './headers.ts'
import type { Routes } from './routes.ts'

/** Limits on what a client can make the proxy hold: large and slow headers (slowloris), and how many connections. */
const LIMITS = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 30_000,
  requestTimeout: 0,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5000,
} as const

/** Something that is answered here and not behind. */
interface Refusal {
  readonly status: number
  readonly message: string
}

/** How a request is answered that is not passed on: for people and for programs alike. */
export interface Answers {
  refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void
  unreachable(request: IncomingMessage, response: ServerResponse, why: Error): void
}

export interface FrontOptions {
  readonly routes: Routes
  readonly forwarder: Forwarder
  readonly answers: Answers
  /** Accepted hosts, lower case, without ports; `*.` before one: any one label below it. Empty: any. */
  readonly publicNames: ReadonlySet<string>
}

const HEALTH = '/_chp_healthz'

/** The public entrance: every request is read once, refused or passed on. */
export function createFront(options: FrontOptions): Server {
  const { forwarder, answers } = options
  const server = createServer({ ...LIMITS, rejectNonStandardBodyWrites: true })
  server.maxHeadersCount = 100
  server.on('request', (request, response) => {
    if (request.url === HEALTH) {
      response.setHeader('content-type', 'application/json').end('{"status":"OK"}')
      return
    }
    const found = read(request, options)
    if ('status' in found) answers.refuse(request, response, found)
    else
      forwarder.forward(request, response, { route: found, secure: false }, (why) =>
        answers.unreachable(request, response, why),
      )
  })
  server.on('checkContinue', (request, response) => {
    // The server behind decides whether it wants the body; its own "100 Continue" is passed on.
    server.emit('request', request, response)
  })
  server.on('upgrade', (request, client, head) => {
    client.on('error', () => client.destroy())
    if (request.headers.upgrade?.toLowerCase() !== 'websocket' || request.method !== 'GET')
      return end(client, 400, 'Bad Request')
    const found = read(request, options)
    if ('status' in found) return end(client, found.status, 'Refused')
    forwarder.upgrade(request, client, { route: found, secure: false, head }, () =>
      end(client, 503, 'Service Unavailable'),
    )
  })
  server.on('connect', (_request, client) => end(client, 405, 'Method Not Allowed'))
  server.on('clientError', (error: NodeJS.ErrnoException, client) => {
    if (error.code === 'ECONNRESET' || !client.writable) client.destroy()
    else
      end(
        client,
        error.code === 'HPE_HEADER_OVERFLOW'
          ? 431
          : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
            ? 408
            : 400,
        'Bad Request',
      )
  })
  return server
}

/** The route that a request takes, or why it takes none. */
function read(request: IncomingMessage, { routes, publicNames }: FrontOptions) {
  if (request.method === 'TRACE') return { status: 405, message: 'TRACE is not served.' }
  if (!hasOneHost(request)) return { status: 400, message: 'The request needs exactly one Host.' }
  const host = hostName(request.headers.host ?? '')
  if (publicNames.size > 0 && !isAccepted(host, publicNames)) {
    return {
      status: 421,
      message: `This hub does not go by the name ${host}. Whoever runs it can add the name to public_names in its configuration.`,
    }
  }
  const route = routes.find(request.url ?? '', host)
  if (route === 'refused')
    return { status: 400, message: 'The address can be read in more than one way, and is refused.' }
  if (route === 'nowhere') return { status: 404, message: 'Nothing is served at this address.' }
  if (routes.isEnded(route, () => credentialsOf(request))) {
    // A person's own look at the page goes to the hub, which knows what to say; a program learns that it may not.
    const looks = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate'
    return looks && routes.fallback
      ? routes.fallback
      : { status: 403, message: 'This access has ended. Sign in again.' }
  }
  return route
}

function isAccepted(host: string, names: ReadonlySet<string>): boolean {
  const dot = host.indexOf('.')
  return names.has(host) || (dot > 0 && names.has(`*${host.slice(dot)}`))
}

/** The host without its port, in lower case. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

function end(client: Duplex, status: number, reason: string): void {
  if (client.destroyed) return
  client.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
