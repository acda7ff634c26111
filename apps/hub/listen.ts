import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'

import type { FastifyInstance } from 'fastify'

import { LONGEST_SOCKET_PATH } from '#core/base/unix-socket.ts'
import { comeIn, type Door } from '#core/http/door.ts'

/** Opens one door of the hub: a unix socket, whose requests are marked with the door that they came in by. */
export async function openDoor(
  app: Pick<FastifyInstance, 'routing'>,
  door: Door,
  { path, mode }: { readonly path: string; readonly mode: number },
): Promise<Server> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    throw new Error(
      `${path} is too long for a socket (${LONGEST_SOCKET_PATH} bytes): use a data directory with a shorter path (--data)`,
    )
  }
  const server = createServer(
    { headersTimeout: 30_000, requestTimeout: 60_000, keepAliveTimeout: 75_000 },
    (request, response) => {
      comeIn(request, door)
      app.routing(request, response)
    },
  )
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
