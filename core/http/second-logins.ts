import type { IncomingMessage } from 'node:http'

import type { FastifyInstance, FastifyRequest } from 'fastify'

import type { Addresses } from '#core/domain/servers/addresses.ts'

import { goneLogin } from './cookies.ts'

/** Deeper than this lies no page; an answer's headers have an end. */
const MOST_DEPTH = 8
const LONGEST_PATH = 1000

const doubled = new WeakSet<IncomingMessage>()

/** Marks a request whose browser shows two good credentials for the hub, of different sessions. */
export function noteSecondLogin({ raw }: FastifyRequest): void {
  doubled.add(raw)
}

/**
 * Takes such credentials out of the browser again, all of them: whichever is the person's own cannot be told, and with both there
 * he could never sign in. A cookie goes only under the path and the domain that it was set for, so each is named that could have
 * come with the request.
 */
export function endSecondLogins(app: FastifyInstance, addresses: Addresses): void {
  const hosts = hostsAbove(new URL(addresses.hub).hostname)
  app.addHook('onSend', async (request, reply) => {
    if (!doubled.has(request.raw)) return
    for (const path of pathsAbove(request.url))
      for (const domain of [undefined, ...hosts])
        reply.header('set-cookie', goneLogin({ path, domain, secure: addresses.secure }))
  })
}

/** `/a/b?c` → `/`, `/a`, `/a/`, `/a/b`, `/a/b/`. */
function pathsAbove(url: string): readonly string[] {
  const path = url.split('?', 1)[0] ?? ''
  if (path.length > LONGEST_PATH) return ['/', '/hub', '/hub/']
  const segments = path.split('/').filter((segment) => segment !== '')
  const upTo = segments.slice(0, MOST_DEPTH).map((_, i) => `/${segments.slice(0, i + 1).join('/')}`)
  return ['/', ...upTo.flatMap((each) => [each, `${each}/`])]
}

/** `hub.uni.example` → itself and `uni.example`; of `example` alone no browser keeps a cookie. */
function hostsAbove(host: string): readonly string[] {
  const labels = host.split('.')
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'))
}
