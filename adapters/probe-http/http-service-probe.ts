import { lookup } from 'node:dns/promises'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, isIPv6 } from 'node:net'

import type { Resolver } from '#core/domain/services/outside-url.ts'
import type { ServiceProbe } from '#core/domain/services/service-life.ts'

const DEADLINE_MS = 5000

/** Asks for a service's own address: no redirect is followed, no credential sent, no body read. */
export class HttpServiceProbe implements ServiceProbe {
  ask(url: string, address: string | null): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const request = url.startsWith('https:') ? requestSecure : requestPlain
    const asked = request(
      url,
      {
        agent: false,
        method: 'GET',
        signal: AbortSignal.timeout(DEADLINE_MS),
        // What was looked at is what is connected to, whatever the name leads to by now.
        ...(address !== null && {
          lookup: (_host, _options, done) =>
            done(null, [{ address, family: isIPv6(address) ? 6 : 4 }]),
        }),
      },
      (answer) => {
        resolve(answer.statusCode ?? 0)
        answer.destroy()
      },
    )
    asked.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(whyNot(error), { cause: error })),
    )
    asked.end()
    return promise
  }
}

function whyNot({ code, name, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (name === 'TimeoutError' || name === 'AbortError')
    return `it does not answer within ${DEADLINE_MS / 1000} s`
  return `it cannot be reached: ${message}`
}

/** Names by the system's own resolver, `/etc/hosts` included. */
export const systemResolver: Resolver = {
  resolve: async (host) => {
    if (isIP(host) !== 0) return [host]
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address)
    } catch {
      return []
    }
  },
}
