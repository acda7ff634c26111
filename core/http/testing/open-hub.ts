import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ManualClock } from '#core/base/manual-clock.ts'
import { Access } from '#core/domain/access/access.ts'
import { AnnouncementService } from '#core/domain/announcements/announcement-service.ts'
import { Culler } from '#core/domain/activity/culler.ts'
import { NoticeBoard, onBoard } from '#core/domain/activity/notice-board.ts'
import { RightsService } from '#core/domain/access/rights-service.ts'
import type { ConfiguredGroup } from '#core/domain/groups/group-store.ts'
import { GroupService } from '#core/domain/groups/group-service.ts'
import { AccessEnded } from '#core/domain/sign-in/access-ended.ts'
import { Brake } from '#core/domain/sign-in/brake.ts'
import { LinksService } from '#core/domain/sign-in/links-service.ts'
import { PasswordService } from '#core/domain/sign-in/password-service.ts'
import { SessionService } from '#core/domain/sign-in/session-service.ts'
import { SignInService } from '#core/domain/sign-in/sign-in-service.ts'
import { Addresses } from '#core/domain/servers/addresses.ts'
import { ServiceBook } from '#core/domain/services/service-book.ts'
import { ServiceTokens } from '#core/domain/services/service-tokens.ts'
import type { Service } from '#core/domain/services/service.ts'
import { ShareService } from '#core/domain/shares/share-service.ts'
import { ServerService } from '#core/domain/servers/server-service.ts'
import { AuditService } from '#core/domain/audit/audit-service.ts'
import { FakeAuditLog } from '#core/domain/testing/fake-audit-log.ts'
import { FakeAnnouncementStore } from '#core/domain/testing/fake-announcement-store.ts'
import { FakeEndedStore } from '#core/domain/testing/fake-ended-store.ts'
import { FakeGroupStore } from '#core/domain/testing/fake-group-store.ts'
import { FakeHomeStore } from '#core/domain/testing/fake-home-store.ts'
import {
  FakeCredentialStore,
  FakeFailureStore,
  FakeLinkStore,
  FakePeople,
  FakeTokenStore,
  FakeUserStore,
} from '#core/domain/testing/fake-people.ts'
import {
  FakeHeldCredentialStore,
  FakeSessionStore,
} from '#core/domain/testing/fake-session-store.ts'
import { noCulling } from '#core/domain/testing/culling-settings.ts'
import { FakeOccupancy } from '#core/domain/testing/fake-occupancy.ts'
import { FakeProbe } from '#core/domain/testing/fake-probe.ts'
import { FakeRouteTable } from '#core/domain/testing/fake-route-table.ts'
import { FakeServerStore } from '#core/domain/testing/fake-server-store.ts'
import { FakeResolver, FakeServiceStore } from '#core/domain/testing/fake-services.ts'
import { FakeShareStore } from '#core/domain/testing/fake-share-store.ts'
import { FakeSpawner } from '#core/domain/testing/fake-spawner.ts'
import { serverSettings } from '#core/domain/testing/server-settings.ts'
import { HubError } from '#core/domain/errors.ts'
import { FakeUsageStore } from '#core/domain/testing/fake-usage-store.ts'
import { TokenService } from '#core/domain/tokens/token-service.ts'
import { UserService } from '#core/domain/users/user-service.ts'
import { FakeCodeStore } from '#core/oauth/testing/fake-code-store.ts'

import { buildApp, routesOf } from '../app.ts'
import { comeIn, type Door } from '../door.ts'
import { FakeConfig } from './fake-config.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface Asked {
  readonly door?: Door
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Of a stream that goes on, what comes first; then the asker leaves. */
  readonly firstOfStream?: boolean
}

/** The hub's HTTP face over fakes, with its three doors as real sockets. `ada` is an admin, `bob` is not. */
export class OpenHub implements AsyncDisposable {
  readonly people = new FakePeople()
  readonly addresses: Addresses
  readonly clock = new ManualClock()
  /** The roles in force; replace it to change them. */
  access = new Access()
  /** What is said of servers; replace it to change it. */
  serverSettings = serverSettings()
  /** What is said of idle servers; replace it to change it. */
  culling = noCulling
  readonly occupancy = new FakeOccupancy()
  culler!: Culler
  readonly notices = new NoticeBoard()
  readonly usage = new FakeUsageStore()
  healthy = true
  readonly metrics = {
    contentType: 'text/plain',
    forWhom: (): 'authenticated' | 'everybody' => 'authenticated',
    text: async () => 'numbers 1\n',
    answered: ignore,
  }
  readonly config = new FakeConfig()
  readonly troubles: unknown[] = []
  /** What is mounted: `GET /hub/api/users`. */
  mounted: readonly string[] = []
  readonly routes = new FakeRouteTable()
  readonly homes = new FakeHomeStore()
  readonly auditLog = new FakeAuditLog()
  readonly audit = new AuditService({
    log: this.auditLog,
    clock: this.clock,
    maxAgeMs: 365 * 86_400_000,
    maxRows: 1_000_000,
  })
  /** Seconds that a token lives at most; 0: no limit. */
  longestToken = 0
  /** Milliseconds between two uses that are both written down. */
  activityResolution = 30_000
  /** For how long browsers are told to come by https alone, in seconds. */
  hsts: number | undefined
  tokens!: TokenService
  servers!: ServerService
  services!: ServiceBook
  /** What the hub was told to do with itself and its proxy. */
  readonly told: unknown[][] = []
  /** What browsers reported. */
  readonly reports: (readonly [string, number])[] = []
  shares!: ShareService
  /** The services of the configuration. */
  configured: readonly Service[] = []
  /** Addresses that services made by the API may have besides public ones. */
  allowed: readonly string[] = []
  readonly resolver = new FakeResolver()
  /** A token of a service's own. */
  serviceToken!: (name: string) => Promise<string>
  groups!: GroupService
  /** Groups that the configuration names. */
  configuredGroups: readonly ConfiguredGroup[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'bulkhead-http-'))
  readonly #doors: Server[] = []

  private constructor(publicUrl: string, subdomains: boolean) {
    this.addresses = new Addresses({ publicUrl, subdomains })
  }

  static async open({ subdomains = false, https = false } = {}): Promise<OpenHub> {
    const hub = new OpenHub(`${https ? 'https' : 'http'}://hub.example`, subdomains)
    await hub.#build()
    return hub
  }

  ask(
    path: string,
    { door = 'front', method = 'GET', headers = {}, body, firstOfStream = false }: Asked = {},
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const socketPath = join(this.#folder, door)
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const asked = request(
      { socketPath, path, method, headers: { host: 'hub.example', ...length, ...headers } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        const done = () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
        answer.once('end', done)
        answer.on('data', (chunk: string) => {
          text += chunk
          if (!firstOfStream || answer.headers['content-type'] !== 'text/event-stream') return
          answer.destroy()
          done()
        })
      },
    )
    asked.once('error', reject)
    asked.end(body)
    return promise
  }

  /** A token of the person's, for the scopes. */
  async tokenOf(name: string, scopes: readonly string[] = ['inherit']): Promise<string> {
    const user = this.people.named(name)
    const { secret } = await this.tokens.create({
      userId: user?.id ?? 0,
      scopes,
      note: '',
      expiresIn: null,
    })
    return `token ${secret}`
  }

  /** What is in force with one more role, `extra`. */
  accessWith({
    scopes,
    users = [],
    groups = [],
  }: {
    readonly scopes: readonly string[]
    readonly users?: readonly string[]
    readonly groups?: readonly string[]
  }): Access {
    const role = { name: 'extra', description: '', scopes, users, groups, services: [] }
    return new Access({ roles: [role], customScopes: [] })
  }

  /** Calls the API as the person, by a token for the scopes; the answer's JSON. */
  async call(
    name: string,
    path: string,
    {
      method = 'GET',
      scopes,
      body,
      headers = {},
    }: {
      readonly method?: string
      readonly scopes?: readonly string[]
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const { status, text } = await this.ask(`/hub/api${path}`, {
      method,
      headers: { authorization: await this.tokenOf(name, scopes), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    return { status, json }
  }

  /** A browser in which the person is signed in: its cookies, and its XSRF token. */
  async browserOf(name: string): Promise<{ readonly cookie: string; readonly xsrf: string }> {
    const form = await this.ask('/hub/login')
    const before = cookiesOf(form)
    const xsrf = before['_xsrf'] ?? ''
    const body = new URLSearchParams({
      username: name,
      password: `the word of ${name}`,
      _xsrf: xsrf,
    }).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const signedIn = await this.ask('/hub/login', {
      method: 'POST',
      headers: { ...type, cookie: `_xsrf=${xsrf}` },
      body,
    })
    const session = Object.entries(cookiesOf(signedIn))
      .map(([key, value]) => `${key}=${value}`)
      .join('; ')
    const home = await this.ask('/hub/home', { headers: { cookie: session } })
    const token = cookiesOf(home)['_xsrf'] ?? ''
    return { cookie: `${session}; _xsrf=${token}`, xsrf: token }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.#doors) {
      door.closeAllConnections()
      door.close()
    }
    rmSync(this.#folder, { recursive: true })
  }

  async #build(): Promise<void> {
    const { people, clock } = this
    for (const name of ['ada', 'bob'])
      people.add({ name, admin: name === 'ada', createdAt: clock.now() })
    const users = new FakeUserStore(people)
    const brake = new Brake({ failures: new FakeFailureStore(), clock })
    const ended = new AccessEnded({
      hub: 'one',
      held: new FakeHeldCredentialStore(people),
      store: new FakeEndedStore(),
      clock,
      routes: this.routes,
      troubled: (...trouble) => this.troubles.push(trouble),
    })
    const sessions = new FakeSessionStore(people)
    const serverStore = new FakeServerStore((name) => people.named(name)?.id)
    people.serverStates = (name) => serverStore.statesOf(name)
    const tokenStore = new FakeTokenStore(people)
    this.tokens = new TokenService({
      store: tokenStore,
      clock,
      longestS: () => this.longestToken,
      resolutionMs: () => this.activityResolution,
    })
    this.servers = new ServerService({
      hub: 'hub',
      servers: serverStore,
      users,
      spawner: new FakeSpawner(),
      probe: new FakeProbe({ answers: 'at once' }),
      routes: this.routes,
      tokens: this.tokens,
      clock,
      events: {
        started: ignore,
        failed: ignore,
        stopped: ignore,
        orphanStopped: ignore,
        troubled: (...trouble) => this.troubles.push(trouble),
      },
      settings: () => this.serverSettings,
      addresses: this.addresses,
    })
    const serviceTokens = new ServiceTokens({ store: tokenStore, clock })
    this.services = new ServiceBook({
      configured: () => this.configured,
      store: new FakeServiceStore(),
      tokens: serviceTokens,
      resolver: this.resolver,
      allowed: () => this.allowed,
      changed: async () => undefined,
      clock,
    })
    this.serviceToken = async (name) => `token ${await serviceTokens.make(name, 'of a test')}`
    const groupStore = new FakeGroupStore(people)
    this.groups = new GroupService({
      groups: groupStore,
      clock,
      configured: () => this.configuredGroups,
    })
    this.shares = new ShareService({
      shares: new FakeShareStore(people, (id) => serverStore.stateOf(id)),
      servers: serverStore,
      users,
      groups: groupStore,
      rights: new RightsService({ access: () => this.access, users }),
      ended,
      clock,
    })
    this.culler = new Culler({
      servers: serverStore,
      service: this.servers,
      users,
      routes: this.routes,
      occupancy: this.occupancy,
      clock,
      settings: () => this.culling,
      events: onBoard(this.notices, {
        warned: ignore,
        spared: ignore,
        culled: ignore,
        troubled: ignore,
      }),
    })
    const passwords = { hash: async (password: string) => password }
    const authenticator = {
      name: 'fake',
      keepsPasswords: true,
      authenticate: async ({ name, password }: { name: string; password: string }) =>
        password === `the word of ${name}` ? name : undefined,
    }
    const signIn = new SignInService({
      authenticator,
      users,
      sessions,
      brake,
      clock,
      secret: 's',
      settings: () => ({ allow: 'listed', admins: [] }),
      resolutionMs: () => this.activityResolution,
      sessionDays: 14,
    })
    const sessionService = new SessionService({ sessions, ended, clock })
    const credentials = new FakeCredentialStore(people)
    const app = await buildApp({
      users: new UserService({
        users,
        credentials,
        passwords,
        servers: this.servers,
        sessions,
        homes: this.homes,
        ended,
        clock,
      }),
      servers: this.servers,
      groups: this.groups,
      audit: this.audit,
      rights: new RightsService({ access: () => this.access, users }),
      culler: this.culler,
      notices: this.notices,
      metrics: this.metrics,
      usage: this.usage,
      health: async () => {
        if (!this.healthy) throw new HubError('unavailable', 'the database does not answer')
      },
      signIn,
      sessions: sessionService,
      passwords: new PasswordService({
        signIn,
        sessions: sessionService,
        credentials,
        passwords,
        clock,
      }),
      ended,
      links: new LinksService({ links: new FakeLinkStore(people), passwords, brake, clock }),
      tokens: this.tokens,
      codes: new FakeCodeStore(),
      services: this.services,
      control: {
        proxy: {
          routes: async () => [
            { prefix: '/user/bob/', target: 'http://127.0.0.1:8', data: { user: 'bob' } },
            { prefix: '/services/x/', target: 'http://127.0.0.1:9', data: { service: 'x' } },
          ],
          pointTo: (proxy) => this.told.push(['point', proxy]),
        },
        proxies: () => ['http://10.1.2.3:8001/'],
        mendRoutes: async () => void this.told.push(['mend']),
        end: (what) => this.told.push(['end', what]),
      },
      shares: this.shares,
      serviceLife: { conditionOf: () => ({ is: 'unknown', since: null, detail: '', pid: null }) },
      config: this.config,
      announcements: new AnnouncementService({
        store: new FakeAnnouncementStore(),
        clock,
        changed: (announcement) => this.notices.tell({ of: 'announcement', announcement }),
      }),
      clock,
      secret: 's',
      publicUrl: this.addresses.hub,
      addresses: this.addresses,
      hsts: () => this.hsts,
      sessionDays: 14,
      version: 'test',
      walls: [],
      shell: '<!doctype html><!--page-data-->',
      staticFolder: this.#folder,
      log: {
        reported: (...report) => this.reports.push(report),
        answered: ignore,
        unforeseen: (id, error) => this.troubles.push([id, error]),
      },
    })
    this.mounted = routesOf(app)
    for (const door of ['front', 'servers', 'operator'] as const) {
      const server = createServer((incoming, outgoing) => {
        comeIn(incoming, door)
        app.routing(incoming, outgoing)
      })
      await new Promise<void>((resolve) => server.listen(join(this.#folder, door), resolve))
      this.#doors.push(server)
    }
  }
}

export function cookiesOf({ headers }: Answer): Record<string, string> {
  const set = [headers['set-cookie'] ?? []].flat()
  return Object.fromEntries(
    set
      .map((cookie) => (cookie.split(';')[0] ?? '').split('=') as [string, string])
      .filter(([, value]) => value !== ''),
  )
}

const ignore = () => undefined
