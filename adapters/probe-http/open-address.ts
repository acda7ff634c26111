import { connect, type Socket } from 'node:net'

import { connectTo } from '#core/base/unix-socket.ts'
import type { ServerAddress } from '#core/domain/servers/server.ts'

/** A connection to where a server listens. @throws WrongSocketError when that is not its socket */
export function open(address: ServerAddress): Socket {
  return address.kind === 'unix'
    ? connectTo(address.path, address.owner)
    : connect(address.port, address.host)
}
