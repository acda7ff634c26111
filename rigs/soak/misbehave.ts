import type { Socket } from 'node:net'

import { onRequest } from '../proxy/hostile-server.ts'

const HEAD = 'HTTP/1.1 200 OK\r\n'
const ACTS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.resetAndDestroy(),
  (socket) => void socket.end(),
  (socket) => void socket.end(`${HEAD}Content-Length: 50\r\n\r\nhello`),
  (socket) => void socket.write('\0\0garbage\r\n\r\n'),
  (socket) =>
    void socket.write(`${HEAD}Content-Length: 5\r\n\r\nhello${HEAD}Content-Length: 1\r\n\r\nx`),
  (socket) =>
    void socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    ),
  (socket) => void socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`),
  (socket) => void socket.write(`${HEAD}${'X-More: 0123456789\r\n'.repeat(5000)}`),
  // Says nothing: its client gives up.
  () => undefined,
]

/** A server that does something else wrong with each connection. */
export function misbehave(socket: Socket): void {
  const act = ACTS[Math.floor(Math.random() * ACTS.length)]
  onRequest(socket, () => act?.(socket))
}
