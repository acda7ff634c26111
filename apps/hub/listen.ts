import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'

import type { FastifyInstance } from 'fastify'

import { LONGEST_SOCKET_PATH } from '#core/base/unix-socket.ts'
import { comeIn, type Door } from '#core/http/door.ts'

/** Whether the address is that of a proxy in front of the hub's own. */
type IsTrusted = (address: string) => boolean

/** Opens one door of the hub: a unix socket, whose requests are marked with the door that they came in by. */
export async function openDoor(
  app: Pick<FastifyInstance, 'routing'>,
  door: Door,
  {
    path,
    mode,
    isTrusted,
  }: { readonly path: string; readonly mode: number; readonly isTrusted?: IsTrusted },
): Promise<Server> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    throw new Error(
      `${path} is too long for a socket (${LONGEST_SOCKET_PATH} bytes): use a data directory with a shorter path (--data)`,
    )
  }
  const server = serverFor(app, door, isTrusted)
  rmSync(path, { force: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  // Nobody may connect between the making of the socket and the setting of its mode.
  const before = process.umask(0o777 & ~mode)
  server.listen(path, resolve)
  await promise
  process.umask(before)
  chmodSync(path, mode)
  return server
}

/** The front door at a port, for a proxy that the operator runs himself and that knows no sockets. */
export async function openPort(
  app: Pick<FastifyInstance, 'routing'>,
  { host, port }: { readonly host: string; readonly port: number },
  isTrusted: IsTrusted,
): Promise<Server> {
  const server = serverFor(app, 'front', isTrusted)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      new Error(
        `the hub cannot take the external proxy's requests on ${host}:${port} (${error.code}): choose another address (--port, --host, or listen in the configuration)`,
        { cause: error },
      ),
    ),
  )
  server.listen({ host, port }, resolve)
  await promise
  return server
}

function serverFor(
  app: Pick<FastifyInstance, 'routing'>,
  door: Door,
  isTrusted?: IsTrusted,
): Server {
  return createServer(
    { headersTimeout: 30_000, requestTimeout: 60_000, keepAliveTimeout: 75_000 },
    (request, response) => {
      comeIn(request, door, isTrusted)
      app.routing(request, response)
    },
  )
}
