import { chmodSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'

import { Connections } from '#core/forwarding/connections.ts'
import { Forwarder } from '#core/forwarding/forwarder.ts'
import { Routes } from '#core/forwarding/routes.ts'
import { createFront } from '#core/forwarding/server.ts'

import { answersFrom } from './answers.ts'
import { type ProxyOptions, readOptions } from './options.ts'
import { createRouteApi } from './route-api.ts'
import { restoreRoutes, saveRoutes } from './routes-file.ts'

/** How long requests may go on after the proxy was told to end. */
const DRAIN_MS = 4000

try {
  const options = readOptions(process.argv.slice(2))
  const token = process.env['CONFIGPROXY_AUTH_TOKEN']
  if (token === undefined || token.length < 16)
    throw new Error(
      'CONFIGPROXY_AUTH_TOKEN is needed, with at least 16 characters: the secret that the hub sets routes with',
    )
  await serve(options, token)
} catch (error) {
  fail(error)
}

async function serve(options: ProxyOptions, token: string): Promise<void> {
  const routes = new Routes(options.defaultTarget, new Date(), { byHost: options.hostRouting })
  const { routesFile } = options
  if (routesFile !== undefined) {
    const trouble = restoreRoutes(routes, routesFile)
    if (trouble !== undefined) console.error(trouble)
  }
  const connections = new Connections()
  const front = createFront({
    routes,
    forwarder: new Forwarder(connections),
    answers: answersFrom(options.errorTarget),
    publicNames: options.publicNames,
  })
  const api = createRouteApi({
    routes,
    token,
    changed: () => routesFile !== undefined && saveRoutes(routes, routesFile),
  })

  rmSync(options.apiSocket, { force: true })
  await listening(api, { path: options.apiSocket })
  chmodSync(options.apiSocket, options.sharedSockets ? 0o660 : 0o600)
  await listening(front, { host: options.host, port: options.port })
  process.send?.({ type: 'ready' })
  endOrderly([front, api], connections)
}

function listening(
  server: Server,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(new Error(whyNot(error, where), { cause: error })),
  )
  server.listen(where, resolve)
  return promise
}

function whyNot(
  error: NodeJS.ErrnoException,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): string {
  if ('path' in where) return `the proxy cannot listen on ${where.path} (${error.code})`
  const { host, port } = where
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken by another program: end it, or choose another port (--port, or listen in the configuration)`
    case 'EACCES':
      return `port ${port} is not for ordinary programs: choose one from 1024 on (--port, or listen in the configuration)`
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine: choose another one (--host, or listen in the configuration)`
    default:
      return `the proxy cannot listen on ${host}:${port} (${error.code})`
  }
}

/** On SIGTERM, and when the supervisor is gone: no new connections, a little time for what runs, then the end. */
function endOrderly(servers: readonly Server[], connections: Connections): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    for (const server of servers) {
      server.close()
      server.closeIdleConnections()
    }
    setTimeout(() => {
      connections.close()
      process.exit(0)
    }, DRAIN_MS).unref()
    servers[0]?.once('close', () => process.exit(0))
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  if (process.send) process.once('disconnect', end)
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  console.error(message)
  if (process.send) process.send({ type: 'fatal', message }, () => process.exit(1))
  else process.exit(1)
}
