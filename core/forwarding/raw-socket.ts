import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What is read is copied out of it before anything else happens, so that one does for all sockets. */
const shared = Buffer.allocUnsafeSlow(64 * 1024)

/** @returns false: nothing more comes until the socket is resumed */
type Came = (piece: Buffer) => boolean

interface WithHandle {
  _handle: { reading: boolean; readStop(): number } | null
  _server: unknown
}

/** A stream that is read from now on, once it is resumed, and what had been read of it already. */
export interface Raw {
  readonly stream: Duplex
  readonly early: Buffer | null
}

/**
 * Reads a stream for as long as it lives. Node takes 64 KiB from the allocator for every read of a socket, and gives back what is not
 * filled; for the small pieces of websockets that is half of the work. A plain socket's handle is therefore moved to a socket that reads
 * into one buffer for all (net's `onread`, which can only be asked for when a socket is made). When that one closes, so does the first,
 * with whatever hangs on it. TLS and HTTP/2 read into their own buffers anyway.
 */
export function readRaw(stream: Duplex, came: Came): Raw {
  const early = stream.read() as Buffer | null
  const before = stream as unknown as WithHandle
  const handle = stream instanceof Socket && !('encrypted' in stream) ? before._handle : null
  if (handle === null) {
    stream.on('data', (piece: Buffer) => {
      if (!came(piece)) stream.pause()
    })
    return { stream, early }
  }
  handle.readStop()
  handle.reading = false
  before._handle = null
  const callback = (length: number, read: Uint8Array) => came(Buffer.from(read.subarray(0, length)))
  const options = {
    handle,
    allowHalfOpen: true,
    manualStart: true,
    onread: { buffer: shared, callback },
  }
  const socket = new Socket(options as unknown as ConstructorParameters<typeof Socket>[0])
  // Its server counts it until it is closed.
  const after = socket as unknown as WithHandle
  after._server = before._server
  before._server = null
  socket.once('close', () => stream.destroy())
  stream.once('end', () => socket.destroySoon())
  return { stream: socket, early }
}
