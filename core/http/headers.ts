import type { FastifyInstance } from 'fastify'

import { PROTOCOL_VERSION } from '#core/contract/hub.ts'

const REPORTS = 'report-uri /hub/security/csp-report'

/** Scripts only from our own files; frames, plug-ins and forms to elsewhere not at all. Mantine sets styles inline. */
const CONTENT_POLICY_OF_PAGES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  REPORTS,
]

/** `beside`: where a form's answer may lead besides the hub. With subdomains, signing in ends on somebody's own host. */
export function contentPolicyOfPages(beside: readonly string[]): string {
  return [...CONTENT_POLICY_OF_PAGES, ["form-action 'self'", ...beside].join(' ')].join('; ')
}

/** The origin of an address, as a content policy names it. Undefined for a path, and for a host that a policy would read as more than one. */
export function originForPolicy(address: string): string | undefined {
  const origin = URL.parse(address)?.origin
  return origin !== undefined && /^https?:\/\/[a-z0-9.-]+(?::\d+)?$/.test(origin)
    ? origin
    : undefined
}

const CONTENT_POLICY_OF_API = `frame-ancestors 'none'; ${REPORTS}; default-src 'none'`

/** What every answer carries: JupyterHub's own headers, and those that keep browsers from guessing. */
export const HEADERS_OF_ALL = {
  'x-jupyterhub-version': PROTOCOL_VERSION,
  'access-control-allow-headers': 'accept, content-type, authorization',
  'content-security-policy': CONTENT_POLICY_OF_API,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
} as const

export function addHeaders(app: FastifyInstance, hsts: () => number | undefined): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(HEADERS_OF_ALL)
    const seconds = hsts()
    if (seconds !== undefined) reply.header('strict-transport-security', `max-age=${seconds}`)
    done()
  })
}
