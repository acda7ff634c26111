import type { Socket } from 'node:net'

type Done = (error?: Error | null) => void

const survived = new WeakSet<Socket>()

/**
 * A server may answer and hang up before it has read a request's whole body. What is still written to it then fails, and a socket
 * whose write fails is destroyed, with the answer that lies unread in it. From now on such writes count as done: what has come is read
 * to its end, which is what ends the connection.
 */
export function surviveWriteErrors(socket: Socket): void {
  if (survived.has(socket)) return
  survived.add(socket)
  const write = socket._write.bind(socket)
  socket._write = (chunk: unknown, encoding: BufferEncoding, done: Done) =>
    write(chunk, encoding, (error) => done(isGone(error) ? null : error))
  const writev = socket._writev?.bind(socket)
  if (writev === undefined) return
  socket._writev = (chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done) =>
    writev(chunks, (error) => done(isGone(error) ? null : error))
}

function isGone(error: Error | null | undefined): boolean {
  if (!error || !('code' in error)) return false
  return error.code === 'EPIPE' || error.code === 'ECONNRESET'
}
