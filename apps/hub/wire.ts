import { join } from 'node:path'

import { PromMetrics } from '#adapters/metrics-prom/prom-metrics.ts'
import { HttpServerProbe } from '#adapters/probe-http/http-server-probe.ts'
import { HttpRouteTable } from '#adapters/routes-http/http-route-table.ts'
import { ProcessHomes } from '#adapters/spawner-process/process-homes.ts'
import { HubRoute } from '#adapters/routes-http/hub-route.ts'
import { ProxyApi } from '#adapters/routes-http/proxy-api.ts'
import type { ProcessSpawnerOptions } from '#adapters/spawner-process/process-spawner.ts'
import type { SqlStores } from '#adapters/store-sql/sql-stores.ts'
import { systemClock } from '#core/base/clock.ts'
import { derived, type LiveConfig } from '#core/config/live-config.ts'
import type { HubConfig } from '#core/config/schema.ts'
import type { Culler } from '#core/domain/activity/culler.ts'
import { NoticeBoard, onBoard } from '#core/domain/activity/notice-board.ts'
import { Access } from '#core/domain/access/access.ts'
import { AnnouncementService } from '#core/domain/announcements/announcement-service.ts'
import { RightsService } from '#core/domain/access/rights-service.ts'
import { GroupService } from '#core/domain/groups/group-service.ts'
import { AuditService } from '#core/domain/audit/audit-service.ts'
import { AccessEnded } from '#core/domain/sign-in/access-ended.ts'
import { Brake } from '#core/domain/sign-in/brake.ts'
import { LinksService } from '#core/domain/sign-in/links-service.ts'
import { PasswordService } from '#core/domain/sign-in/password-service.ts'
import { SessionService } from '#core/domain/sign-in/session-service.ts'
import { SignInService } from '#core/domain/sign-in/sign-in-service.ts'
import { HostRoutes } from '#core/domain/servers/host-routes.ts'
import { VisitorWatch } from '#core/domain/sign-in/visitor-watch.ts'
import type { ServiceLife } from '#core/domain/services/service-life.ts'
import { ShareService } from '#core/domain/shares/share-service.ts'
import { tellAll } from '#core/domain/servers/server-events.ts'
import { ServerService } from '#core/domain/servers/server-service.ts'
import { UsageSampler } from '#core/domain/usage/sampler.ts'
import { TokenService } from '#core/domain/tokens/token-service.ts'
import { UserService } from '#core/domain/users/user-service.ts'
import type { HubHttpDeps } from '#core/http/hub-http.ts'

import { chooseAuthenticator, chooseSpawner } from './adapters.ts'
import type { HubLog } from './log.ts'
import { measuredRoutes, measuredSpawner } from './measured.ts'
import type { HubOptions } from './options.ts'
import {
  addressesOf,
  groupSettings,
  localUrl,
  hstsSeconds,
  policySettings,
  roleSettings,
  runningConfig,
  serverSettings,
} from './settings.ts'
import { wireCuller } from './wire-culler.ts'
import type { Shared } from './shared.ts'
import { hubEnder } from './end-hub.ts'
import { webApplication } from './web-application.ts'
import { wireServices } from './wire-services.ts'

const SESSION_DAYS = 14

/** The running parts of a hub. */
export interface Hub {
  readonly http: HubHttpDeps
  readonly stores: SqlStores
  readonly proxy: ProxyApi
  /** Where the hub has no proxy of its own: sees to it that the operator's leads here. */
  readonly mendHubRoute: () => Promise<void>
  readonly serviceLife: ServiceLife
  readonly beginServices: () => Promise<void>
  readonly visitors: VisitorWatch
  readonly culler: Culler
  readonly sampler: UsageSampler
  readonly metrics: PromMetrics
  readonly say: (message: string) => void
}

/** What a hub is built around: its settings, which change while it runs, and where it says what happens. */
export interface WireParts {
  readonly live: LiveConfig
  readonly log: HubLog
  readonly stores: SqlStores
  readonly shared: Shared
  /** What the hub's own proxy is asked with. */
  readonly ownToken: string
  /** The proxy that the operator runs himself. */
  readonly external: { readonly apiUrl: string; readonly token: string } | undefined
}

/** Builds the hub: the only place where services meet adapters. */
export function wire(
  options: HubOptions,
  { live, log, stores, shared, ownToken, external }: WireParts,
): Hub {
  const clock = systemClock
  const config = live.current()
  const { secret } = shared
  const { authenticator, passwords } = chooseAuthenticator(config, stores)
  const spawnerPaths = spawnerOptions(options, config, shared)
  const metrics = new PromMetrics({ counts: stores.counts, clock })
  const spawner = measuredSpawner(chooseSpawner(config, spawnerPaths), metrics)
  const proxy = new ProxyApi({
    apiSocket: join(options.runDir, 'proxy/api.sock'),
    token: ownToken,
  })
  if (external) proxy.pointTo(external)
  const hubRoute = external && new HubRoute(proxy, localUrl(config))
  const mendHubRoute = async () => hubRoute?.mend()
  const addresses = addressesOf(config)
  const routes = new HttpRouteTable(proxy, policySettings(live), log.say)
  const table = measuredRoutes(
    addresses.subdomains ? new HostRoutes(routes, addresses) : routes,
    metrics,
  )
  const access = derived(live, (settings) => new Access(roleSettings(settings)))
  const ended = new AccessEnded({
    hub: shared.hub,
    held: stores.held,
    store: stores.ended,
    routes: table,
    clock,
    troubled: (doing, error) => log.servers.troubled(doing, error),
  })
  const resolutionMs = () => live.current().activity.resolution
  const tokens = new TokenService({
    store: stores.tokens,
    clock,
    longestS: () => Math.floor(live.current().tokens.longest / 1000),
    resolutionMs,
  })
  const servers = new ServerService({
    hub: shared.hub,
    servers: stores.servers,
    users: stores.users,
    spawner,
    probe: new HttpServerProbe(),
    routes: table,
    tokens,
    clock,
    events: tellAll([log.servers, metrics.servers]),
    settings: derived(live, serverSettings),
    addresses,
  })
  const notices = new NoticeBoard()
  const culler = wireCuller(live, {
    servers: stores.servers,
    service: servers,
    users: stores.users,
    routes: table,
    tokens,
    clock,
    events: onBoard(notices, log.culler),
  })
  const rights = new RightsService({ access, users: stores.users })
  const visitors = new VisitorWatch({ held: stores.held, tokens: stores.tokens, rights, ended })
  const brake = new Brake({ failures: stores.failures, clock })
  const signIn = new SignInService({
    ...stores,
    authenticator,
    brake,
    clock,
    secret,
    settings: () => live.current().authenticator,
    resolutionMs,
    sessionDays: SESSION_DAYS,
  })
  const sessions = new SessionService({ sessions: stores.sessions, ended, clock })
  const { services, serviceLife, begin } = wireServices(options, {
    live,
    log,
    stores,
    proxy,
    clock,
    inherited: inheritedEnvironment(),
  })
  const audit = new AuditService({
    log: stores.auditLog,
    clock,
    // Asked anew each time, for they may change.
    get maxAgeMs() {
      return live.current().audit.max_age
    },
    get maxRows() {
      return live.current().audit.max_rows
    },
  })
  return {
    stores,
    proxy,
    mendHubRoute,
    serviceLife,
    culler,
    metrics,
    sampler: new UsageSampler({
      servers: stores.servers,
      spawner,
      store: stores.usage,
      clock,
      settings: () => ({ keepMs: live.current().usage.keep }),
    }),
    beginServices: begin,
    visitors,
    say: log.say,
    http: {
      services,
      serviceLife,
      control: {
        proxy,
        proxies: () => live.current().api_urls.proxies,
        mendRoutes: async () => {
          await mendHubRoute()
          await servers.reconcile()
          await serviceLife.reconcile()
        },
        end: hubEnder({ store: stores.servers, servers, say: log.say }),
      },
      shares: new ShareService({ ...stores, rights, ended, clock }),
      users: new UserService({
        users: stores.users,
        credentials: stores.credentials,
        passwords,
        servers,
        sessions: stores.sessions,
        homes: new ProcessHomes(spawnerPaths),
        ended,
        clock,
      }),
      servers,
      audit,
      culler,
      notices,
      usage: stores.usage,
      // A row that nobody has: asked of the database, not of what is remembered.
      health: () => stores.servers.find({ user: '', name: '' }),
      metrics: {
        contentType: metrics.contentType,
        forWhom: () => (live.current().metrics.authenticated ? 'authenticated' : 'everybody'),
        text: async () => (await metrics.text()) + (await proxy.numbers()),
        answered: (request) => metrics.answered(request),
      },
      groups: new GroupService({
        groups: stores.groups,
        clock,
        configured: derived(live, groupSettings),
      }),
      rights,
      signIn,
      sessions,
      passwords: new PasswordService({
        signIn,
        sessions,
        credentials: stores.credentials,
        passwords,
        clock,
      }),
      ended,
      links: new LinksService({ links: stores.links, passwords, brake, clock }),
      tokens,
      codes: stores.codes,
      config: runningConfig(live),
      announcements: new AnnouncementService({
        store: stores.announcement,
        clock,
        changed: (announcement) => notices.tell({ of: 'announcement', announcement }),
      }),
      clock,
      secret,
      publicUrl: config.public_url,
      addresses,
      hsts: () => hstsSeconds(live.current()),
      sessionDays: SESSION_DAYS,
      walls: spawner.capabilities,
      ...webApplication(),
      log: log.http,
    },
  }
}

function spawnerOptions(
  { dataDir, runDir, pythonDir, sharedSockets }: HubOptions,
  { spawner, external_proxy: external }: HubConfig,
  { instance }: Shared,
): ProcessSpawnerOptions {
  return {
    command: spawner.command,
    pythonDir,
    socketsDir: join(runDir, 's'),
    hubApiSocket: join(runDir, 'servers/hub.sock'),
    homesDir: spawner.homes || join(dataDir, 'homes'),
    logsDir: join(dataDir, 'logs/servers'),
    shared: sharedSockets,
    ports: external.api_url !== undefined,
    instance,
    inherited: inheritedEnvironment(),
  }
}

/** All that a server gets of the hub's own environment: nothing that could be a secret. */
function inheritedEnvironment(): Record<string, string> {
  const names = ['PATH', 'LANG', 'LC_ALL', 'TZ']
  return Object.fromEntries(
    names.flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']],
    ),
  )
}
