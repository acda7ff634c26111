import type { Server } from 'node:http'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import type { FastifyInstance } from 'fastify'

import { openSqlStore } from '#adapters/store-sql/open-sql-store.ts'
import type { SqlStores } from '#adapters/store-sql/sql-stores.ts'
import { LiveConfig } from '#core/config/live-config.ts'
import { keepVersion } from '#core/config/history.ts'
import { makeConfigFile } from '#core/config/load.ts'
import type { HubConfig } from '#core/config/schema.ts'
import { watchConfig } from '#core/config/watch-config.ts'
import { HubError } from '#core/domain/errors.ts'
import { LOOK_MS } from '#core/domain/servers/lease.ts'
import { SAMPLE_MS } from '#core/domain/usage/sampler.ts'
import { buildApp } from '#core/http/app.ts'

import { isReachedFromHereAlone } from './adapters.ts'
import { lockData } from './data-lock.ts'
import { databaseOf } from './database.ts'
import { externalProxy } from './external-proxy.ts'
import { launchOf, trustOf } from './launch.ts'
import { openDoor, openPort } from './listen.ts'
import { openLog } from './log.ts'
import { type HubOptions, readOptions } from './options.ts'
import { repeat } from './repeat.ts'
import { agree } from './shared.ts'
import { untilAvailable } from './until-available.ts'
import { WaitingRoom } from './waiting-room.ts'
import { type Hub, wire } from './wire.ts'

/** How often what is is compared with what is wanted, and old sessions and codes are swept out. */
const RECONCILE_MS = 5000
/** How soon an announcement is shown that another hub was told of. */
const ANNOUNCEMENT_MS = 5000
const PRUNE_MS = 3_600_000
/** How often refusals that were counted become entries of the audit log. */
const SETTLE_MS = 5000
/** How soon an end of access that another hub speaks of, or that a setting brought about, is known to this hub's proxy. */
const HEAR_MS = 1000
const VISITORS_MS = 4000
/** How often services are asked whether they answer, as often as JupyterHub does. */
const SERVICES_MS = 60_000
/** How long starts and stops may go on after the hub was told to end. */
const QUIESCE_MS = 8000

process.umask(0o077)
try {
  await serve(readOptions(process.argv.slice(2)))
} catch (error) {
  await fail(error)
}

async function serve(options: HubOptions): Promise<void> {
  const lock = await lockData(options.dataDir)
  makeConfigFile(options.configFile)
  const log = openLog()
  const live = new LiveConfig({
    file: options.configFile,
    overrides: { host: options.host, port: options.port },
    say: log.say,
    keepOld: (text) =>
      keepVersion(options.configFile, text, { by: 'a change by hand', now: new Date() }),
  })
  const config = live.current()
  const ownToken = proxyToken()
  const external = externalProxy(config, { ...options, say: log.say })
  // At once, so that the proxy loads while the hub does; until the hub's door is open it says that it is on its way.
  process.send?.(
    external
      ? { type: 'no-proxy', apiUrl: external.apiUrl }
      : launchOf(config, { ...options, frontSocket: frontOf(options) }),
  )
  const front = external ? config.listen : frontOf(options)
  const places = { ...options, front, isTrusted: trustOf(config) }
  const stores = await waitedFor(() => openSqlStore(databaseOf(options, config)), {
    options: places,
    say: log.say,
  })
  const shared = await agree(stores, options)
  const hub = wire(options, { live, log, stores, shared, ownToken, external })
  live.onChange(async (now, before) => {
    if (!isDeepStrictEqual(now.groups, before.groups)) await hub.http.groups.configure()
  })
  const doors = await openDoors(await buildApp(hub.http), places)
  const end = endOrderly(hub, doors, () => lock.close())
  await untilAvailable(
    async () => {
      await hub.http.groups.configure()
      await hub.http.announcements.refresh()
      const began = performance.now()
      await hub.mendHubRoute()
      await hub.http.servers.reconcile()
      hub.metrics.started({
        upMs: process.uptime() * 1000,
        foundMs: performance.now() - began,
      })
    },
    async (why) => log.say(why),
  )
  void hub.beginServices()
  process.send?.({
    type: 'ready',
    url: config.public_url,
    setUpLink: await untilAvailable(
      () => setUpLink(hub),
      async (why) => log.say(why),
    ),
    notices: noticesOf(hub, config),
  })
  keepLooking(hub, { end, say: log.say })
  void watchConfig(live, end)
}

/** All that is done again and again as long as the hub lives. */
function keepLooking(hub: Hub, rules: Parameters<typeof repeat>[2]): void {
  void repeat(() => hub.http.servers.look(), LOOK_MS, rules)
  void repeat(() => reconcileMeasured(hub), RECONCILE_MS, rules)
  void repeat(() => hub.sampler.sample(), SAMPLE_MS, rules)
  hub.metrics.watchLoop(rules.end)
  void repeat(() => hub.http.audit.settle(), SETTLE_MS, rules)
  void repeat(() => hub.http.ended.hear(), HEAR_MS, rules)
  void repeat(() => hub.visitors.look(), VISITORS_MS, rules)
  void repeat(
    () => hub.culler.look(),
    () => hub.culler.lookMs,
    rules,
  )
  void repeat(() => prune(hub), PRUNE_MS, rules)
  void repeat(() => lookAtServices(hub), SERVICES_MS, rules)
  void repeat(() => hub.http.announcements.refresh(), ANNOUNCEMENT_MS, rules)
}

async function reconcileMeasured({ http, metrics, mendHubRoute }: Hub): Promise<void> {
  const began = performance.now()
  await mendHubRoute()
  await http.servers.reconcile()
  metrics.routesChecked(performance.now() - began)
}

function frontOf({ runDir }: HubOptions): string {
  return join(runDir, 'front/hub.sock')
}

/** What the doors are made of; `front`: where the proxy comes in. */
interface Places extends HubOptions {
  readonly front: string | HubConfig['listen']
  readonly isTrusted: (address: string) => boolean
}

async function openDoors(
  app: Pick<FastifyInstance, 'routing'>,
  { runDir, dataDir, sharedSockets, front, isTrusted }: Places,
): Promise<readonly Server[]> {
  return [
    typeof front === 'string'
      ? await openDoor(app, 'front', {
          path: front,
          mode: sharedSockets ? 0o660 : 0o600,
          isTrusted,
        })
      : await openPort(app, front, isTrusted),
    await openDoor(app, 'servers', { path: join(runDir, 'servers/hub.sock'), mode: 0o600 }),
    await openDoor(app, 'operator', { path: join(dataDir, 'operator.sock'), mode: 0o600 }),
  ]
}

/** The database, at once or later; until then whoever comes is told what is waited for. */
async function waitedFor(
  open: () => Promise<SqlStores>,
  { options, say }: { readonly options: Places; readonly say: (message: string) => void },
): Promise<SqlStores> {
  const room = new WaitingRoom()
  let doors: readonly Server[] = []
  const leave = () => process.exit(0)
  const stores = await untilAvailable(open, async (why) => {
    say(`The hub waits for its database. ${why}`)
    room.why = why
    if (doors.length > 0) return
    // Nothing is half-way yet that would have to be ended in an orderly way.
    process.once('disconnect', leave)
    doors = await openDoors(room, options)
  })
  process.off('disconnect', leave)
  for (const door of doors) {
    door.closeAllConnections()
    await new Promise((resolve) => door.close(resolve))
  }
  return stores
}

/** The secret that the supervisor gave to hub and proxy. It is taken out of the environment, where children would find it. */
function proxyToken(): string {
  const token = process.env['CONFIGPROXY_AUTH_TOKEN']
  delete process.env['CONFIGPROXY_AUTH_TOKEN']
  if (token === undefined)
    throw new Error('CONFIGPROXY_AUTH_TOKEN is needed: start the hub with ./start')
  return token
}

/** With nobody in the database, the address under which the first admin is made. */
async function setUpLink({ http, stores }: Hub): Promise<string | null> {
  if (!(await http.links.canSetUp())) return null
  if ((await stores.users.list({ offset: 0, limit: 1 })).total > 0) return null
  return `${http.publicUrl}/hub/setup#${(await http.links.makeSetUpLink()).code}`
}

function noticesOf({ http }: Hub, config: HubConfig): string[] {
  const notices = http.walls.some(({ held }) => held)
    ? []
    : [
        'Notebooks are NOT kept apart: each runs as the hub itself, and whoever has one can do all that the hub can (spawner: process).',
      ]
  return isReachedFromHereAlone(config) || !config.public_url.startsWith('http:')
    ? notices
    : [...notices, 'Passwords cross the network unprotected: the public address is plain http.']
}

/** Routes are mended, and it is asked who answers. */
async function lookAtServices({ serviceLife }: Hub): Promise<void> {
  await serviceLife.reconcile()
  await serviceLife.check()
}

async function prune({ stores, http, sampler }: Hub): Promise<void> {
  const now = http.clock.now()
  await stores.sessions.prune(now)
  await stores.tokens.prune(now)
  await stores.codes.prune(now)
  await sampler.prune()
  await http.ended.prune()
  await stores.shares.prune(now)
  await http.audit.prune()
}

/** On SIGTERM, and when the supervisor is gone. Servers go on running; the next hub finds them. */
function endOrderly(
  { http, stores, proxy, serviceLife, say }: Hub,
  doors: readonly Server[],
  unlock: () => void,
): AbortSignal {
  const ending = new AbortController()
  const end = async () => {
    if (ending.signal.aborted) return
    ending.abort(new Error('the hub is ending'))
    for (const door of doors) door.close()
    await Promise.all([http.servers.quiesce(QUIESCE_MS), serviceLife.end()])
    const running = await http.servers.countRunning().catch(() => 0)
    if (running > 0)
      say(
        `${running} notebook server(s) go on running, and are found again at the next start. To end them, stop them in the browser first.`,
      )
    for (const door of doors) door.closeAllConnections()
    await http.audit.settle().catch(() => undefined)
    await proxy[Symbol.asyncDispose]()
    await stores[Symbol.asyncDispose]()
    unlock()
    process.exit(0)
  }
  const ended = () => {
    end().catch(() => process.exit(1))
  }
  process.once('SIGTERM', ended)
  process.once('SIGINT', ended)
  if (process.send) {
    process.once('disconnect', () => {
      // Nobody is there to wait: what is half-way is finished by the next hub.
      setTimeout(() => process.exit(0), 3000).unref()
      ended()
    })
  }
  return ending.signal
}

async function fail(error: unknown): Promise<void> {
  const known = error instanceof HubError || error instanceof Error
  const message = known ? error.message : String(error)
  if (!process.send) {
    console.error(message)
    process.exit(1)
  }
  process.send({ type: 'fatal', message }, () => process.exit(1))
}
