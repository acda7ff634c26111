import type { FastifyInstance, FastifyRequest } from 'fastify'

import type { Addresses } from '#core/domain/servers/addresses.ts'

import { doorOf } from './door.ts'

/** What pages of errors need, on whichever host they are shown; nothing in it is anybody's. */
const EVERYWHERE = /^\/hub\/(?:static|error|logo|health|security)(?:[/?]|$)/

/**
 * With a host for everybody, each thing is served on its own and nowhere else: the hub's pages and API on the hub's, where its
 * cookies are, a server's on its owner's. Whoever asks elsewhere is sent there. Answers name places by paths; the host is put
 * before them here.
 */
export function keepHosts(app: FastifyInstance, addresses: Addresses): void {
  if (!addresses.subdomains) return
  const hubHost = new URL(addresses.hub).hostname

  app.addHook('onRequest', async (request, reply) => {
    if (doorOf(request.raw) !== 'front' || EVERYWHERE.test(request.url)) return
    const place = placeOf(request)
    if (place === undefined) return
    if (request.method === 'GET' || request.method === 'HEAD') {
      await reply.redirect(place)
      return
    }
    const message = `This is served at ${place.split('?')[0]}`
    await reply.code(404).type('application/json').send({ status: 404, message })
  })

  app.addHook('onSend', async (request, reply) => {
    const location = reply.getHeader('location')
    if (typeof location !== 'string' || !location.startsWith('/')) return
    const place = addresses.locate(location)
    const elsewhere = hostOf(request) !== hubHost ? addresses.hub + location : location
    void reply.header('location', place === location ? elsewhere : place)
  })

  /** Where a request should have gone; undefined when it is right here. */
  function placeOf(request: FastifyRequest): string | undefined {
    const { url } = request
    const host = hostOf(request)
    const place = addresses.locate(url)
    if (host === hubHost) return place === url ? undefined : place
    const isHubs = url === '/hub' || url.startsWith('/hub/')
    // On somebody's own host, what no route took is a server that does not run.
    if (addresses.isBelow(host)) return isHubs ? addresses.hub + url : undefined
    // Another name of the hub: programs with a token may use it, browsers would look for their cookies in vain.
    if (url === '/hub/api' || url.startsWith('/hub/api/')) return undefined
    return place === url ? addresses.hub + url : place
  }
}

function hostOf({ headers }: FastifyRequest): string {
  return (headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
}
