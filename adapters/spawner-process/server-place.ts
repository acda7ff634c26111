import { once } from 'node:events'
import { createServer } from 'node:net'

import { unixUrl } from '#core/base/unix-socket.ts'
import type { ServerAddress } from '#core/domain/servers/server.ts'

const LOOPBACK = '127.0.0.1'

/** Where one server is to listen, in the words of whoever needs to know. */
export interface ServerPlace {
  readonly address: ServerAddress
  /** Scheme and host of its address, which a path follows. */
  readonly origin: string
  /** What the server is started with. */
  readonly args: readonly string[]
}

/** At a socket in a folder of the server's own. */
export function atSocket(path: string, { mode }: { readonly mode: string }): ServerPlace {
  return {
    address: { kind: 'unix', path, owner: process.getuid?.() ?? 0 },
    origin: unixUrl(path),
    args: [`--ServerApp.sock=${path}`, `--ServerApp.sock_mode=${mode}`],
  }
}

/**
 * At a port of this machine, for proxies that know no sockets. It is free now; should another program take it first, the server
 * ends rather than listen elsewhere.
 */
export async function atFreePort(): Promise<ServerPlace> {
  const server = createServer().listen(0, LOOPBACK)
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  server.close()
  await once(server, 'close')
  return {
    address: { kind: 'tcp', host: LOOPBACK, port },
    origin: `http://${LOOPBACK}:${port}`,
    args: [`--ServerApp.ip=${LOOPBACK}`, `--ServerApp.port=${port}`, '--ServerApp.port_retries=0'],
  }
}
