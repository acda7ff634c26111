import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Server } from 'node:net'
import { join } from 'node:path'

import { Entrance } from '#core/forwarding/entrance.ts'
import { DEFAULT_FORWARDING } from '#core/forwarding/forwarding-options.ts'
import { Front } from '#core/forwarding/front.ts'
import { DEFAULT_LIMITS } from '#core/forwarding/limits.ts'
import { Routes } from '#core/forwarding/routes.ts'

import { answersFrom } from './answers.ts'
import { CommandLineEnd, readCommandLine } from './command-line.ts'
import { listening, shownPlace } from './listen.ts'
import { openLog, type ProxyLog } from './log.ts'
import { ProxyMetrics } from './metrics.ts'
import { proxyOptions, type ProxyOptions } from './options.ts'
import { redirectToHttps } from './redirect.ts'
import { createRouteApi } from './route-api.ts'
import { addRoute, restoreRoutes, saveRoutes } from './routes-file.ts'
import { readTls, type TlsFiles } from './tls.ts'

/** How long requests may go on after the proxy was told to end. */
const DRAIN_MS = 4000
/** What configurable-http-proxy ends with when it is told to: what watches one watches the other. Our own supervisor wants 0. */
const TOLD_TO_END = process.send ? 0 : 2

try {
  const typed = readCommandLine(process.argv.slice(2), version())
  await serve(proxyOptions(typed, process.env, process.send !== undefined))
} catch (error) {
  fail(error)
}

async function serve(options: ProxyOptions): Promise<void> {
  const log = openLog(options.logLevel, (line) => console.error(line))
  const routes = openRoutes(options, log)
  const metrics = new ProxyMetrics()
  const front = new Front({
    routes,
    answers: answersFrom(options.errors),
    publicNames: options.publicNames,
    forwarding: DEFAULT_FORWARDING,
    limits: DEFAULT_LIMITS,
  })
  const entrance = openEntrance(options, front, log)
  const api = serverFor(
    options.tls.api,
    createRouteApi({
      routes,
      token: options.token,
      hostRouting: options.hostRouting,
      changed: () => options.routesFile !== undefined && saveRoutes(routes, options.routesFile),
      meter: metrics,
      metrics,
      log,
    }),
  )
  await listening(api, options.api, 'api-')
  if ('path' in options.api && options.sharedSockets) chmodSync(options.api.path, 0o660)
  log.info(`API on ${shownPlace(options.api)}`)
  if (options.token === undefined)
    log.warn(
      'the API asks for no token: whoever reaches it decides where requests go. Set CONFIGPROXY_AUTH_TOKEN.',
    )
  const others = await serveBeside(options, metrics, log)
  await listening(entrance.server, options.front, '')
  log.info(`serving on ${shownPlace(options.front)}, to ${options.defaultTarget ?? 'routes alone'}`)
  if (options.pidFile !== undefined) keepPidFile(options.pidFile)
  process.send?.({ type: 'ready' })
  endOrderly([entrance.server, api, ...others], front, log)
}

function openEntrance(options: ProxyOptions, front: Front, log: ProxyLog): Entrance {
  return new Entrance({
    tls: options.tls.front && readTls(options.tls.front),
    http2: options.http2,
    handshakeMs: front.limits.headMs,
    trusted: options.trustedProxies,
    announcers: options.announcers,
    serve: (socket, peer) => front.serve(socket, peer),
    failed: ({ message }) => log.debug(`a connection came to nothing: ${message}`),
  })
}

function openRoutes(
  { hostRouting, routesFile, defaultTarget }: ProxyOptions,
  log: ProxyLog,
): Routes {
  const routes = new Routes(undefined, new Date(), { byHost: hostRouting })
  if (routesFile !== undefined) {
    const trouble = restoreRoutes(routes, routesFile)
    if (trouble !== undefined) log.error(trouble)
  }
  if (defaultTarget !== undefined) addRoute(routes, '/', { target: defaultTarget })
  return routes
}

/** Metrics and the way to https, where they are asked for. */
async function serveBeside(
  { metrics: place, redirect }: ProxyOptions,
  metrics: ProxyMetrics,
  log: ProxyLog,
): Promise<readonly Server[]> {
  const servers: Server[] = []
  if (place) {
    const server = createServer(metrics.listener())
    await listening(server, place, 'metrics-')
    log.info(`metrics on ${shownPlace(place)}, under /metrics`)
    servers.push(server)
  }
  if (redirect) {
    const server = createServer(redirectToHttps(redirect.to))
    const from = { host: '', port: redirect.port }
    await listening(server, from, 'redirect-')
    log.info(`requests to ${shownPlace(from)} are sent to https, port ${redirect.to}`)
    servers.push(server)
  }
  return servers
}

function serverFor(tls: TlsFiles | undefined, listener: RequestListener): Server {
  return tls ? createSecureServer(readTls(tls), listener) : createServer(listener)
}

function keepPidFile(file: string): void {
  writeFileSync(file, String(process.pid))
  process.once('exit', () => rmSync(file, { force: true }))
}

/** On SIGTERM, and when the supervisor is gone: no new connections, a little time for what runs, then the end. */
function endOrderly(servers: readonly Server[], front: Front, log: ProxyLog): void {
  let ending = false
  const end = (why: string) => {
    if (ending) return
    ending = true
    log.warn(why)
    for (const server of servers) {
      server.close()
      if ('closeIdleConnections' in server)
        (server as import('node:http').Server).closeIdleConnections()
    }
    setTimeout(() => {
      front.close()
      process.exit(TOLD_TO_END)
    }, DRAIN_MS).unref()
    void front.drain().then(() => process.exit(TOLD_TO_END))
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => end(`ending, told by ${signal}`))
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
