import type { ForwardingOptions } from './forwarding-options.ts'
import type { ReadHead, ReadResponse } from './read-head.ts'
import type { ForwardingRoute } from './routes.ts'
import { hostOf } from './shape-request.ts'

const REDIRECTS = new Set([201, 301, 302, 307, 308])

/** The headers of an answer, names and values in turn, as the client gets them; all but those of the connection. */
export function shapeResponse(
  response: ReadResponse,
  head: ReadHead,
  { route, options }: { readonly route: ForwardingRoute; readonly options: ForwardingOptions },
): string[] {
  const { headers, status } = response
  if ((options.autoRewrite || options.protocolRewrite !== undefined) && REDIRECTS.has(status))
    rewriteLocation(headers, head, { route, options })
  return route.policy ? route.policy.filterResponse(headers, head) : headers
}

/** A redirect to the server behind, as it knows itself, leads to where the client found it. */
function rewriteLocation(
  headers: string[],
  head: ReadHead,
  { route, options }: { readonly route: ForwardingRoute; readonly options: ForwardingOptions },
): void {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'location') continue
    const url = URL.parse(headers[i + 1] ?? '')
    if (!url || url.host !== hostOf(route.target)) continue
    if (options.autoRewrite) url.host = head.host
    if (options.protocolRewrite !== undefined) url.protocol = options.protocolRewrite
    headers[i + 1] = url.href
  }
}
