import type { ForwardingOptions } from './forwarding-options.ts'
import { headerOf, type RequestHead } from './message.ts'
import type { ReadHead } from './read-head.ts'
import type { ForwardingRoute } from './routes.ts'
import type { Target } from './target.ts'

/** The headers of a request, names and values in turn, as the server behind gets them; all but those of the connection. */
export function shapeRequest(
  head: ReadHead,
  route: ForwardingRoute,
  options: ForwardingOptions,
): string[] {
  let headers = head.passed
  if (options.changeOrigin) headers = withHeader(headers, 'Host', hostOf(route.target))
  if (options.xForward) addForwarding(headers, head)
  else if (head.peer.trusted) headers.push(...forwardingOf(head))
  const { customHeaders } = options
  for (let i = 0; i < customHeaders.length; i += 2)
    headers = withHeader(headers, customHeaders[i] ?? '', customHeaders[i + 1] ?? '')
  return route.policy ? route.policy.filterRequest(headers, head) : headers
}

/** Where the request came from, by our own word; a listed downstream proxy's is believed where it makes sense. */
function addForwarding(headers: string[], head: ReadHead): void {
  const { peer, host } = head
  if (peer.trusted) return addToForwarding(headers, head)
  headers.push(
    'X-Forwarded-For',
    peer.address,
    'X-Forwarded-Proto',
    peer.secure ? 'https' : 'http',
    'X-Forwarded-Host',
    host,
    'X-Forwarded-Port',
    portOf(host, peer.secure),
  )
}

function addToForwarding(headers: string[], { headers: received, peer, host }: ReadHead): void {
  const before = listOf(received, 'x-forwarded-for')
  const theirProto = headerOf(received, 'x-forwarded-proto') ?? ''
  const theirHost = headerOf(received, 'x-forwarded-host') ?? ''
  const theirPort = headerOf(received, 'x-forwarded-port') ?? ''
  const proto = /^(?:https?|wss?)$/.test(theirProto) ? theirProto : peer.secure ? 'https' : 'http'
  const itsHost = isHost(theirHost) ? theirHost : host
  headers.push(
    'X-Forwarded-For',
    [...before, peer.address].join(', '),
    'X-Forwarded-Proto',
    proto,
    'X-Forwarded-Host',
    itsHost,
    'X-Forwarded-Port',
    /^\d{1,5}$/.test(theirPort) ? theirPort : portOf(itsHost, proto === 'https' || proto === 'wss'),
  )
}

/** All that a trusted proxy says of where a request came from, as it is. */
function forwardingOf({ headers }: RequestHead): string[] {
  return headers.flatMap((name, i) =>
    i % 2 === 0 && /^(?:x-forwarded-(?:for|proto|host|port)|forwarded)$/i.test(name)
      ? [name, headers[i + 1] ?? '']
      : [],
  )
}

/** The addresses in the headers of the name, taken together. */
function listOf(headers: readonly string[], name: string): string[] {
  const found: string[] = []
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === name)
      for (const each of (headers[i + 1] ?? '').split(',')) found.push(each.trim())
  return found.filter((each) => /^[0-9A-Za-z.:[\]_-]+$/.test(each))
}

/** Whether it names a host, and perhaps a port, and nothing else. */
export function isHost(text: string): boolean {
  return /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(text)
}

function portOf(host: string, secure: boolean): string {
  const colon = host.lastIndexOf(':')
  if (colon < 0 || host.endsWith(']')) return secure ? '443' : '80'
  return host.slice(colon + 1)
}

/** In place of every header of the name. */
function withHeader(headers: readonly string[], name: string, value: string): string[] {
  const lower = name.toLowerCase()
  const left = headers.flatMap((each, i) =>
    i % 2 === 0 && each.toLowerCase() !== lower ? [each, headers[i + 1] ?? ''] : [],
  )
  return [...left, name, value]
}

/** As a URL names it: without the port that its scheme has anyway. */
export function hostOf(target: Target): string {
  if (target.kind === 'unix') return 'localhost'
  const { host, port, secure = false } = target
  const name = host.includes(':') ? `[${host}]` : host
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`
}

/** What is asked of the server behind: path and query. It begins with one slash. */
export function shapeTarget(
  asked: string,
  { route, byHost }: { readonly route: ForwardingRoute; readonly byHost: boolean },
  { prependPath, includePrefix }: ForwardingOptions,
): string {
  const { basePath = '', baseQuery = '' } = prependPath ? route.target : NO_BASE
  if (basePath === '' && baseQuery === '' && includePrefix) return asked
  const at = asked.indexOf('?')
  const path = at < 0 ? asked : asked.slice(0, at)
  const query = [baseQuery, at < 0 ? '' : asked.slice(at + 1)].filter((each) => each !== '')
  const cut = includePrefix ? path : withoutPrefix(path, route.prefix, byHost)
  const joined = cut === '' ? basePath : `${basePath.replace(/\/$/, '')}/${cut.replace(/^\/+/, '')}`
  return [joined === '' ? '/' : joined, ...(query.length > 0 ? [query.join('&')] : [])].join('?')
}

const NO_BASE = { basePath: '', baseQuery: '' }

/** Prefixes are compared segment by segment, decoded; so that is how they are taken off. The first one may be a host. */
function withoutPrefix(path: string, prefix: string, byHost: boolean): string {
  const segments = prefix.split('/').filter((segment) => segment !== '').length
  let rest = path
  for (let i = byHost ? 1 : 0; i < segments; i++) rest = rest.replace(/^\/*[^/]*/, '')
  return rest
}
