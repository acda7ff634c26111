import * as z from 'zod'

import { isRange } from '#core/base/ip-address.ts'

import { Duration } from '../duration.ts'

const RESTART = { live: 'restart' } as const

/** An address, or a range of them. */
const Range = z
  .string()
  .refine(isRange, 'is neither an address nor a range such as 10.0.0.0/8')
  .meta({ shape: 'address, or range' })

export const Tls = z.strictObject({
  key_file: z
    .string()
    .default('')
    .describe(
      'File with the private key, as PEM; with it the public side is https. The account of the proxy reads it, and reads it again when it has changed',
    )
    .meta(RESTART),
  cert_file: z
    .string()
    .default('')
    .describe('File with the certificate, and those between it and the root, as PEM')
    .meta(RESTART),
})

export const TrustedProxies = z
  .array(Range)
  .max(100)
  .default([])
  .describe(
    'Addresses and ranges of proxies in front of the hub, whose forwarding headers (`X-Forwarded-For` and its kin) are believed. Nobody else is believed about where a request came from',
  )
  .meta(RESTART)

const count = (usual: number) => z.int().min(0).max(1_000_000).default(usual)

/** The limits of the hub's own proxy. */
export const Proxy = z.strictObject({
  max_connections: count(20_000)
    .describe('Connections of clients in all. 0: no limit')
    .meta(RESTART),
  max_connections_per_address: count(2500)
    .describe(
      'Connections of one address, or of one /64 of IPv6: a class room behind one address is many people. Of a proxy in `trusted_proxies`, the requests under way of each address that it tells. 0: no limit',
    )
    .meta(RESTART),
  max_connections_per_route: count(1000)
    .describe('Requests and websockets under way of one notebook server. 0: no limit')
    .meta(RESTART),
  max_failed_sign_ins: count(100)
    .describe(
      'Failed sign-ins of one address in a quarter of an hour; after that its tries are answered 429 without troubling the hub, until the time is over that the answer names. 0: no limit beside those of the hub itself',
    )
    .meta(RESTART),
  head_timeout: Duration.prefault('30s')
    .describe("How long a client may take for a request's headers, and to shake hands")
    .meta(RESTART),
  idle_timeout: Duration.prefault('75s')
    .describe('How long a connection stays open between two requests')
    .meta(RESTART),
  silence_timeout: Duration.prefault('1h')
    .describe('A server that says nothing for so long, while something is asked of it, is given up')
    .meta(RESTART),
  http2: z
    .boolean()
    .default(true)
    .describe('Whether HTTP/2 is offered, which takes https')
    .meta(RESTART),
  proxy_protocol_from: z
    .array(Range)
    .max(100)
    .default([])
    .describe(
      'Addresses and ranges of balancers that begin each connection with a PROXY header, which is demanded of them and says whose it is',
    )
    .meta(RESTART),
})
