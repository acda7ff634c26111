import { isIP } from 'node:net'

import * as z from 'zod'

import { DurationOrNone } from './duration.ts'
import { isLoopback } from './listen-address.ts'
import { Listen, PublicUrl } from './schema/addresses.ts'
import { Authenticator } from './schema/authenticator.ts'
import { ExternalProxy } from './schema/external-proxy.ts'
import { Audit, Database, Metrics, Shares, Tokens, Usage } from './schema/keeping.ts'
import { CustomScopes, Groups, Roles } from './schema/people.ts'
import { Proxy, Tls, TrustedProxies } from './schema/public-side.ts'
import { Activity, Culling, NamedServers } from './schema/servers.ts'
import { ApiUrls, Services } from './schema/services.ts'
import { Spawner } from './schema/spawner.ts'

/** Every setting of the hub: type, default, limits, and descriptions, which are the manual. */
export const Settings = z.strictObject({
  listen: Listen.prefault('127.0.0.1:8000')
    .describe(
      'Address and port of the public entrance. An address that other machines reach needs `public_url`',
    )
    .meta({ live: 'restart' }),
  public_url: PublicUrl.optional()
    .describe(
      'What people type into the browser; by default http://, or with `tls` https://, and `listen`',
    )
    .meta({ live: 'restart' }),
  public_names: z
    .array(z.string())
    .default([])
    .describe(
      'Further host names under which the hub may be asked for; localhost and 127.0.0.1 count as one',
    )
    .meta({ live: 'restart' }),
  tls: Tls.prefault({}),
  trusted_proxies: TrustedProxies,
  proxy: Proxy.prefault({}),
  subdomains: z
    .boolean()
    .default(false)
    .describe(
      "Whether each person's servers, and each service, get a host name of their own below the one of `public_url`, so that browsers keep them apart. `*.` of that name must lead here too",
    )
    .meta({ live: 'restart' }),
  hsts: DurationOrNone.prefault('30d').describe(
    'For how long a browser that came once by https is told to come by nothing else (Strict-Transport-Security). Said only where `public_url` is https. 0: not at all',
  ),
  database: Database.prefault({}),
  authenticator: Authenticator.prefault({}),
  spawner: Spawner.prefault({}),
  named_servers: NamedServers.prefault({}),
  culling: Culling.prefault({}),
  activity: Activity.prefault({}),
  groups: Groups.default({}).describe('Groups of people'),
  roles: Roles.default([]).describe('What people, groups and services may do beyond their own'),
  custom_scopes: CustomScopes.default({}).describe(
    'Rights of your own (`custom:…`), for services to ask for',
  ),
  services: Services.default([]).describe('Programs beside the notebook servers'),
  api_urls: ApiUrls.prefault({}),
  external_proxy: ExternalProxy.prefault({}),
  shares: Shares.prefault({}),
  tokens: Tokens.prefault({}),
  audit: Audit.prefault({}),
  usage: Usage.prefault({}),
  metrics: Metrics.prefault({}),
})

/**
 * The settings as they are in force: they fit together, and nothing is left open. Whether they fit is looked at when each is
 * sound by itself.
 */
export const HubConfig = Settings.pipe(
  z
    .custom<z.output<typeof Settings>>()
    .superRefine(checkTogether)
    .transform((config) => ({
      ...config,
      public_url: config.public_url ?? defaultPublicUrl(config),
    })),
)

export type HubConfig = z.output<typeof HubConfig>

function checkTogether(
  config: z.output<typeof Settings>,
  context: z.core.$RefinementCtx<z.output<typeof Settings>>,
): void {
  const refuse = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  const { listen, public_url: publicUrl, authenticator, roles, services } = config
  checkProxy(config, refuse)
  checkTls(config, refuse)
  if (publicUrl === undefined && !isLoopback(listen.host)) {
    refuse(
      ['public_url'],
      `is needed, because listen (${listen.host}) is reached from other machines: say which address people type`,
    )
  }
  if (config.subdomains && !hasSubdomains(publicUrl)) {
    refuse(
      ['subdomains'],
      'needs a public_url whose host is a name with room for others below it, such as https://hub.example; for trying it, http://hub.localhost:8000',
    )
  }
  if (authenticator.use === 'password' && authenticator.allow === 'everyone') {
    refuse(
      ['authenticator', 'allow'],
      '`everyone` does not go with `password`: whoever has no account has no password either',
    )
  }
  if (authenticator.use === 'dummy' && authenticator.password === '')
    refuse(['authenticator', 'password'], 'is needed with `use: dummy`')
  const known = new Set(Object.keys(config.custom_scopes))
  const scopes = [
    ...roles.map(({ scopes: list }, index) => ({ path: ['roles', index, 'scopes'], list })),
    ...services.map(({ oauth_client_allowed_scopes: list }, index) => ({
      path: ['services', index, 'oauth_client_allowed_scopes'],
      list,
    })),
  ]
  for (const { path, list } of scopes) {
    for (const [index, scope] of list.entries()) {
      const name = scope.split('!')[0] ?? ''
      if (name.startsWith('custom:') && !known.has(name))
        refuse([...path, index], `is not defined in custom_scopes: ${name}`)
    }
  }
}

function checkProxy(
  { external_proxy: proxy, public_url: publicUrl, listen }: z.output<typeof Settings>,
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  if (proxy.api_url === undefined) return
  if (proxy.token_file === '')
    refuse(
      ['external_proxy', 'token_file'],
      'is needed with `api_url`: what the proxy is asked with',
    )
  if (!isLoopback(listen.host))
    refuse(
      ['listen'],
      'is reached from other machines; with an external proxy the hub listens for that alone, on an address such as 127.0.0.1:8081',
    )
  if (publicUrl === undefined)
    refuse(['public_url'], 'is needed with an external proxy: say where people reach that')
  if (!isLoopback(new URL(proxy.api_url).hostname.replace(/^\[(.*)\]$/, '$1')))
    refuse(
      ['external_proxy', 'api_url'],
      'is on another machine, which does not reach the notebook servers here: they listen on this one alone',
    )
}

function checkTls(
  { tls, public_url: publicUrl, external_proxy: proxy }: z.output<typeof Settings>,
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  const { key_file: key, cert_file: cert } = tls
  if ((key === '') !== (cert === ''))
    refuse(
      ['tls', key === '' ? 'key_file' : 'cert_file'],
      'is needed beside the other file of `tls`',
    )
  if (key !== '' && publicUrl?.startsWith('http:') === true)
    refuse(['public_url'], 'begins with http:, but with `tls` people come by https')
  if (key !== '' && proxy.api_url !== undefined)
    refuse(['tls', 'key_file'], 'is for the hub’s own proxy; give the external one its certificate')
}

/** An address of numbers has no names below it, and browsers keep no cookie for all of `localhost` or `com`. */
function hasSubdomains(publicUrl: string | undefined): boolean {
  const { hostname } = new URL(publicUrl ?? 'http://localhost')
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(hostname) && isIP(hostname) === 0
}

function defaultPublicUrl({ listen, tls }: z.output<typeof Settings>): string {
  const { host, port } = listen
  const scheme = tls.key_file === '' ? 'http' : 'https'
  return new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`).origin
}
