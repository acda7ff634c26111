import type { Socket } from 'node:net'

/** What a connection hears of its socket. Kept, so that all of it can be taken off when the socket goes to somebody else. */
export interface SocketListeners {
  readonly drain: () => void
  readonly end: () => void
  readonly error: (error: Error) => void
  readonly close: () => void
}

export function listen(socket: Socket, { drain, end, error, close }: SocketListeners): void {
  socket.on('drain', drain).on('end', end).on('error', error).on('close', close)
}

export function unlisten(socket: Socket, { drain, end, error, close }: SocketListeners): void {
  socket.off('drain', drain).off('end', end).off('error', error).off('close', close)
}
