import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import { join } from 'node:path'

import { Entrance, isListed } from '#core/forwarding/entrance.ts'
import type { ClientTls } from '#core/forwarding/forwarding-options.ts'
import { Front } from '#core/forwarding/front.ts'
import type { Gatekeeper } from '#core/forwarding/gatekeeper.ts'

import { ApiFront } from './api-front.ts'
import { Certificates } from './certificates.ts'
import { CommandLineEnd, readCommandLine } from './command-line.ts'
import { errorPages } from './error-pages.ts'
import { listening, shownPlace } from './listen.ts'
import { openLog, type ProxyLog } from './log.ts'
import { ProxyMetrics } from './metrics.ts'
import { clientsWithin, ownLimits } from './open-files.ts'
import { proxyOptions, type ProxyOptions } from './options.ts'
import { redirectToHttps } from './redirect.ts'
import { createRouteApi } from './route-api.ts'
import { addRoute, RoutesFile } from './routes-file.ts'
import { TellingGatekeeper } from './telling-gatekeeper.ts'
import { TimedRoutes } from './timed-routes.ts'
import { readTls } from './tls.ts'

/** What configurable-http-proxy ends with when it is told to: what watches one watches the other. Our own supervisor wants 0. */
const TOLD_TO_END = process.send ? 0 : 2

/** A hub with fewer connections than these is soon full. */
const FEW = 2000

// Whoever read what is said here may be gone; that is no reason to end, and no word of it would reach anybody.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  const typed = readCommandLine(process.argv.slice(2), version())
  await serve(proxyOptions(typed, process.env, process.send !== undefined))
} catch (error) {
  fail(error)
}

async function serve(options: ProxyOptions): Promise<void> {
  const log = openLog(options.logLevel, (line) => console.error(line))
  const routes = new TimedRoutes(undefined, new Date(), { byHost: options.hostRouting })
  const metrics = new ProxyMetrics(routes)
  const gate = gateOf(options, routes, log)
  const certificates = new Certificates(log)
  const file = await fillRoutes(routes, options, log)
  const parts = { routes, file, metrics, gate, certificates, log }
  const front = frontOf(options, parts)
  const { front: tls } = options.tls
  const entrance = new Entrance({
    tls: tls && readTls(tls),
    gate,
    meter: metrics,
    http2: options.http2,
    handshakeMs: options.limits.headMs,
    trusted: options.trustedProxies,
    announcers: options.announcers,
    serve: (socket, peer) => front.serve(socket, peer),
    failed: (why) => log.debug(`a connection came to nothing: ${why.message}`),
  })
  if (tls) certificates.add('the public side', tls, (renewed) => entrance.renew(renewed))
  const api = await serveApi(options, parts)
  const others = await serveBeside(options, metrics, log)
  await listening(entrance.server, options.front, '')
  log.info(`serving on ${shownPlace(options.front)}, to ${options.defaultTarget ?? 'routes alone'}`)
  if (options.pidFile !== undefined) keepPidFile(options.pidFile)
  process.send?.({ type: 'ready' })
  // What nobody foresaw in one connection does not end the others.
  process.on('uncaughtException', (error) =>
    log.error(`unforeseen: ${error.stack ?? error.message}`),
  )
  certificates.watch()
  process.on('SIGHUP', () => certificates.reload())
  endOrderly([entrance.server, ...others], { front, api, drainMs: options.drainMs, log })
}

interface Parts {
  readonly routes: TimedRoutes
  readonly file: RoutesFile | undefined
  readonly gate: Gatekeeper
  readonly certificates: Certificates
  readonly metrics: ProxyMetrics
  readonly log: ProxyLog
}

function frontOf(options: ProxyOptions, { routes, metrics, gate, log }: Parts): Front {
  const { errors, tls, forwarding, limits, publicNames } = options
  const clientTls = clientTlsOf(tls)
  const pages =
    errors.by === 'server' ? { by: 'server' as const, source: { ...errors, clientTls } } : errors
  return new Front({
    routes,
    answers: errorPages(pages, log),
    publicNames,
    forwarding: { ...forwarding, clientTls },
    limits,
    gate,
    meter: metrics,
  })
}

function clientTlsOf({ client, insecure }: ProxyOptions['tls']): ClientTls {
  const { key, cert, ca } = client ? readTls(client) : {}
  return {
    ...(key !== undefined && { key }),
    ...(cert !== undefined && { cert }),
    ...(ca !== undefined && { ca }),
    ...(insecure && { rejectUnauthorized: false }),
  }
}

function gateOf(
  { crowd, trustedProxies }: ProxyOptions,
  routes: TimedRoutes,
  log: ProxyLog,
): Gatekeeper {
  const room = clientsWithin(ownLimits())
  const wanted = crowd.connections || Infinity
  // Fewer than were meant are still many; so few are not.
  if (room < Math.min(wanted, FEW))
    log.warn(
      `there is room for ${room} connections of clients, for the system lets this process open no more files (ulimit -n)`,
    )
  return new TellingGatekeeper(
    {
      limits: { ...crowd, connections: Math.min(room, wanted) },
      isTrusted: (address) => isListed(address, trustedProxies),
      isHub: (route) => route === routes.fallback,
      now: () => performance.now(),
    },
    log.warn,
  )
}

/** What an earlier proxy has left, and what was typed. */
async function fillRoutes(
  routes: TimedRoutes,
  { routesFile, defaultTarget }: ProxyOptions,
  log: ProxyLog,
): Promise<RoutesFile | undefined> {
  const file = routesFile === undefined ? undefined : new RoutesFile(routes, routesFile, log)
  await file?.restore()
  if (defaultTarget !== undefined) addRoute(routes, '/', { target: defaultTarget })
  return file
}

async function serveApi(
  { api: place, tls, limits, token, hostRouting, sharedSockets }: ProxyOptions,
  { routes, file, metrics, certificates, log }: Parts,
): Promise<ApiFront> {
  const api = new ApiFront(
    createRouteApi({
      routes,
      token,
      hostRouting,
      changed: async (prefix) => file?.keep(prefix),
      certificates,
      meter: metrics,
      metrics,
      log,
    }),
    { limits, tls: tls.api && readTls(tls.api) },
  )
  if (tls.api) certificates.add('the API', tls.api, (renewed) => api.renew(renewed))
  await listening(api.server, place, 'api-', sharedSockets ? 0o660 : 0o600)
  log.info(`API on ${shownPlace(place)}`)
  if (token === undefined)
    log.warn(
      'the API asks for no token: whoever reaches it decides where requests go. Set CONFIGPROXY_AUTH_TOKEN.',
    )
  return api
}

/** Metrics and the way to https, where they are asked for. */
async function serveBeside(
  { metrics: place, redirect, limits }: ProxyOptions,
  metrics: ProxyMetrics,
  log: ProxyLog,
): Promise<readonly Server[]> {
  const servers: Server[] = []
  if (place) {
    const { server } = new ApiFront(metrics.handler(), { limits })
    await listening(server, place, 'metrics-')
    log.info(`metrics on ${shownPlace(place)}, under /metrics`)
    servers.push(server)
  }
  if (redirect) {
    const server = createServer(redirectToHttps(redirect.to))
    const from = { host: redirect.host, port: redirect.port }
    await listening(server, from, 'redirect-')
    log.info(`requests to ${shownPlace(from)} are sent to https, port ${redirect.to}`)
    servers.push(server)
  }
  return servers
}

function keepPidFile(file: string): void {
  writeFileSync(file, String(process.pid))
  process.once('exit', () => rmSync(file, { force: true }))
}

/**
 * On SIGTERM, and when the supervisor is gone: nothing new is let in, what runs has a little time. Told a second time, it ends at
 * once.
 */
function endOrderly(
  servers: readonly Server[],
  {
    front,
    api,
    drainMs,
    log,
  }: {
    readonly front: Front
    readonly api: ApiFront
    readonly drainMs: number
    readonly log: ProxyLog
  },
): void {
  let isEnding = false
  const exit = () => {
    front.close()
    process.exit(TOLD_TO_END)
  }
  const end = (why: string) => {
    if (isEnding) return exit()
    isEnding = true
    log.warn(why)
    api.close()
    for (const server of servers) {
      server.close()
      if (server instanceof HttpServer) server.closeAllConnections()
    }
    setTimeout(exit, drainMs).unref()
    void front.drain().then(exit)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => end(`ending, told by ${signal}`))
  if (process.send) process.once('disconnect', () => end('ending, for the supervisor is gone'))
}

function version(): string {
  const { version } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  ) as { readonly version: string }
  return `bulkhead-proxy ${version}, in place of configurable-http-proxy 5.3.0`
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof CommandLineEnd ? error.exitCode : 1
  if (code === 0) console.log(message)
  else console.error(message)
  if (process.send) process.send({ type: 'fatal', message }, () => process.exit(code))
  else process.exit(code)
}
