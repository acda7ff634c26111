import { join } from 'node:path'

import { HttpServiceProbe, systemResolver } from '#adapters/probe-http/http-service-probe.ts'
import { HttpServiceRoutes } from '#adapters/routes-http/http-service-routes.ts'
import type { ProxyApi } from '#adapters/routes-http/proxy-api.ts'
import { ProcessServiceRunner } from '#adapters/runner-process/process-service-runner.ts'
import type { SqlStores } from '#adapters/store-sql/sql-stores.ts'
import type { Clock } from '#core/base/clock.ts'
import { derived, type LiveConfig } from '#core/config/live-config.ts'
import { HostServiceRoutes } from '#core/domain/services/host-service-routes.ts'
import { ServiceBook } from '#core/domain/services/service-book.ts'
import { ServiceLife } from '#core/domain/services/service-life.ts'
import { ServiceTokens } from '#core/domain/services/service-tokens.ts'

import type { HubLog } from './log.ts'
import type { HubOptions } from './options.ts'
import { ServiceSecrets } from './service-secrets.ts'
import { addressesOf, configuredServices, localApiUrl, policySettings } from './settings.ts'

/** Services, wired: which there are, what becomes of them, and how that begins. */
export interface WiredServices {
  readonly services: ServiceBook
  readonly serviceLife: ServiceLife
  /** Reads the token files, begins what is to run; and again whenever the settings have changed. */
  readonly begin: () => Promise<void>
}

interface Parts {
  readonly live: LiveConfig
  readonly log: HubLog
  readonly stores: SqlStores
  readonly proxy: ProxyApi
  readonly clock: Clock
  readonly inherited: Readonly<Record<string, string>>
}

export function wireServices(
  { dataDir, pythonDir, configFile }: HubOptions,
  { live, log, stores, proxy, clock, inherited }: Parts,
): WiredServices {
  const config = live.current()
  const addresses = addressesOf(config)
  const routes = new HttpServiceRoutes(proxy, policySettings(live))
  const tokens = new ServiceTokens({ store: stores.tokens, clock })
  const secrets = new ServiceSecrets({ tokens, configFile, dataDir, say: log.say })
  const allowed = () => live.current().api_urls.allow
  const services = new ServiceBook({
    configured: derived(live, configuredServices),
    store: stores.services,
    tokens,
    resolver: systemResolver,
    allowed,
    changed: async () => {
      await serviceLife.reconcile()
      // Nobody waits for an answer that may not come.
      void serviceLife.check()
    },
    clock,
  })
  const serviceLife: ServiceLife = new ServiceLife({
    services: () => services.list(),
    runner: new ProcessServiceRunner({
      logsDir: join(dataDir, 'logs/services'),
      usualFolder: dataDir,
      programs: [join(pythonDir, 'bin')],
      inherited,
      apiUrl: localApiUrl(config),
      addresses,
      tokenOf: ({ name }) => secrets.of(name),
    }),
    probe: new HttpServiceProbe(),
    routes: addresses.subdomains ? new HostServiceRoutes(routes, addresses) : routes,
    resolver: systemResolver,
    allowed,
    events: log.services,
    clock,
  })
  const takeOn = async () => {
    try {
      await secrets.take(live.current())
    } finally {
      await serviceLife.reconcile()
    }
  }
  return {
    services,
    serviceLife,
    begin: async () => {
      live.onChange(takeOn)
      await takeOn().catch((error: unknown) =>
        log.services.troubled('reading the token files of services', error),
      )
      await serviceLife.check()
    },
  }
}
