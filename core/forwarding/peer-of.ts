import type { Socket } from 'node:net'

import type { Peer } from './message.ts'

/** Who is at the other end of a socket, by what the kernel says. @param trusted a listed downstream proxy */
export function peerOf(socket: Socket, trusted: boolean): Peer {
  return {
    address: bareAddress(socket),
    secure: 'encrypted' in socket,
    trusted,
    localPort: socket.localPort ?? 0,
  }
}

/** An IPv4 address, where both kinds are listened to, comes in its mapped form; '' for a unix socket. */
export function bareAddress({ remoteAddress = '' }: Socket): string {
  return remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '')
}
