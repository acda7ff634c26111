import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

import { connectTo } from '#core/base/unix-socket.ts'

import type { ClientTls } from './forwarding-options.ts'
import type { Target } from './target.ts'

/**
 * A new connection to a server behind.
 * @throws WrongSocketError, or the error of the system, when a unix socket is not there or not the right one's; everything else is
 * an event of the socket
 */
export function openTarget(target: Target, clientTls: ClientTls): Socket {
  if (target.kind === 'unix') return connectTo(target.path, target.owner)
  const { host, port, secure = false, address } = target
  if (!secure) return connect({ port, host: address ?? host, noDelay: true, keepAlive: true })
  // The certificate is checked against the host's name, also where the address is given.
  const servername = isIP(host) === 0 ? host : ''
  const socket = connectSecurely({
    ...clientTls,
    host: address ?? host,
    port,
    servername,
    ALPNProtocols: ['http/1.1'],
  })
  socket.setNoDelay(true)
  return socket
}
