import type { Refusal } from './answers.ts'
import { credentialsOf } from './credentials.ts'
import type { FrontOptions } from './front-options.ts'
import { headerOf } from './message.ts'
import type { ReadHead } from './read-head.ts'
import type { ForwardingRoute, Routes } from './routes.ts'
import { isHost } from './shape-request.ts'

/** The route that a request takes, or why it takes none. */
export function readRequest(
  head: ReadHead,
  { routes, publicNames }: Pick<FrontOptions, 'routes' | 'publicNames'>,
): ForwardingRoute | Refusal {
  const wrong = whatIsWrong(head)
  if (wrong) return wrong
  const host = hostName(head.host)
  if (publicNames.size > 0 && !isAccepted(host, publicNames))
    return {
      status: 421,
      reason: 'host',
      message: `This hub does not go by the name ${host}. Whoever runs it can add the name to public_names in its configuration.`,
    }
  const route = routes.find(head.target, host)
  if (route === 'refused') return REFUSED_PATH
  if (route === 'nowhere') return NOWHERE
  return routes.isEnded(route, () => credentialsOf(head)) ? ended(head, routes) : route
}

const REFUSED_PATH: Refusal = {
  status: 400,
  reason: 'path',
  message: 'The address can be read in more than one way, and is refused.',
}

const NOWHERE: Refusal = {
  status: 404,
  reason: 'no_route',
  message: 'Nothing is served at this address.',
}

/** What is refused whatever the route. */
function whatIsWrong(head: ReadHead): Refusal | undefined {
  const { method } = head
  if (method === 'TRACE' || method === 'CONNECT')
    return { status: 405, reason: 'method', message: `${method} is not served.` }
  // Exactly one (RFC 9112 section 3.2), and it names no more than a host and a port.
  if (head.hosts !== 1 || !isHost(head.host))
    return { status: 400, reason: 'host', message: 'The request needs exactly one Host.' }
  if (head.hasOddCoding)
    return {
      status: 501,
      reason: 'malformed',
      message: 'The body has a transfer coding that is not known here.',
    }
  if (head.hasHugeLength)
    return { status: 400, reason: 'malformed', message: 'The body is longer than anything.' }
  if (head.upgrade === 'websocket' && (method !== 'GET' || head.framing !== 'none'))
    return {
      status: 400,
      reason: 'malformed',
      message: 'A websocket begins with GET, and with no body.',
    }
  return undefined
}

/** A person's own look at the page goes to the hub, which knows what to say; a program learns that it may not. */
function ended({ method, headers }: ReadHead, { fallback }: Routes): ForwardingRoute | Refusal {
  if (fallback && method === 'GET' && headerOf(headers, 'sec-fetch-mode') === 'navigate')
    return fallback
  return {
    status: 403,
    reason: 'access_ended',
    message: 'This access has ended. Sign in again.',
  }
}

function isAccepted(host: string, names: ReadonlySet<string>): boolean {
  if (names.has(host)) return true
  const dot = host.indexOf('.')
  return dot > 0 && names.has(`*${host.slice(dot)}`)
}

/** The host without its port, in lower case. */
export function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}
