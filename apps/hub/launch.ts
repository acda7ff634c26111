import { dirname, resolve } from 'node:path'

import { isWithin } from '#core/base/ip-address.ts'
import type { HubConfig } from '#core/config/schema.ts'

import { addressesOf, localApiUrl } from './settings.ts'

/** What the supervisor starts the hub's own proxy with. Files are relative to the folder of the settings. */
export function launchOf(
  config: HubConfig,
  { configFile, frontSocket }: { readonly configFile: string; readonly frontSocket: string },
) {
  const { tls, trusted_proxies: trustedProxies, proxy } = config
  const folder = dirname(configFile)
  return {
    type: 'launch',
    listen: config.listen,
    publicNames: publicNames(config),
    byHost: config.subdomains,
    frontSocket,
    tls:
      tls.key_file === ''
        ? null
        : { keyFile: resolve(folder, tls.key_file), certFile: resolve(folder, tls.cert_file) },
    trustedProxies,
    announcers: proxy.proxy_protocol_from,
    http2: proxy.http2,
    limits: {
      connections: proxy.max_connections,
      connectionsPerAddress: proxy.max_connections_per_address,
      connectionsPerRoute: proxy.max_connections_per_route,
      failedSignIns: proxy.max_failed_sign_ins,
      headMs: proxy.head_timeout,
      idleMs: proxy.idle_timeout,
      silenceMs: proxy.silence_timeout,
    },
  } as const
}

/** Whether an address is that of a proxy in front whose word on addresses is believed. */
export function trustOf({ trusted_proxies: ranges }: HubConfig): (address: string) => boolean {
  return (address) => ranges.some((range) => isWithin(address, range))
}

/** Under the address that is listened on, programs on this machine ask for the API. */
function publicNames(config: HubConfig): string[] {
  const { public_names: names } = config
  return [
    ...new Set([...addressesOf(config).hosts, new URL(localApiUrl(config)).hostname, ...names]),
  ]
}
