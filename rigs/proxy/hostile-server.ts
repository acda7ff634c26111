import { createServer, type Server, type Socket } from 'node:net'

import { unixUrl } from '../../core/base/unix-socket.ts'

/** A server that does as it likes with each connection. */
export class HostileServer {
  readonly #all = new Set<Socket>()
  /** The connections whose other side is still there. */
  readonly sockets = new Set<Socket>()
  /** How many connections it has been given so far. */
  accepted = 0
  readonly #server: Server

  private constructor(speak: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.accepted++
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      this.#all.add(socket)
      socket.once('end', () => this.sockets.delete(socket))
      socket.once('close', () => {
        this.sockets.delete(socket)
        this.#all.delete(socket)
      })
      speak(socket)
    })
  }

  /** @param path of its socket; without one, a free port */
  static async listen(speak: (socket: Socket) => void, path?: string): Promise<HostileServer> {
    const server = new HostileServer(speak)
    const where = path === undefined ? { port: 0, host: '127.0.0.1' } : { path }
    await new Promise<void>((resolve) => server.#server.listen(where, resolve))
    return server
  }

  get url(): string {
    const address = this.#server.address()
    return typeof address === 'string' ? unixUrl(address) : `http://127.0.0.1:${address?.port ?? 0}`
  }

  [Symbol.dispose](): void {
    this.#server.close()
    for (const socket of this.#all) socket.destroy()
  }
}

/** Once what ends a request's head has come. */
export function onRequest(socket: Socket, then: (head: string) => void): void {
  let text = ''
  const read = (data: Buffer) => {
    text += data.toString('latin1')
    if (!text.includes('\r\n\r\n')) return
    socket.off('data', read)
    // What else comes is thrown away.
    socket.resume()
    then(text)
  }
  socket.on('data', read)
}

/** Writes the same for ever, as fast as it is taken. @returns how many bytes it has written so far */
export function flood(socket: Socket, piece: string): () => number {
  const block = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)), 'latin1')
  const more = () => {
    while (!socket.destroyed && socket.write(block));
  }
  socket.on('drain', more)
  more()
  return () => socket.bytesWritten - socket.writableLength
}
