import type { Socket } from 'node:net'

import { type ProxyHeader, readProxyHeader } from './proxy-protocol.ts'

/** Balancers send the header with the connection; whoever waits longer holds a connection for nothing. */
const HEADER_MS = 5000

/**
 * Takes the PROXY header from a connection of which nothing was read yet. The bytes after it are put back: TLS or HTTP begin where
 * the client began.
 * @throws Error when it is not as specified, does not come in time, or the connection ends before; it is closed then, unanswered,
 *   as the specification asks
 */
export function takeProxyHeader(socket: Socket): Promise<ProxyHeader> {
  const { promise, resolve, reject } = Promise.withResolvers<ProxyHeader>()
  let soFar: Buffer = Buffer.alloc(0)
  const late = setTimeout(() => fail('it did not come in time'), HEADER_MS)
  const letGo = () => {
    clearTimeout(late)
    socket.off('readable', read)
    socket.off('end', ended)
    socket.off('close', ended)
  }
  const fail = (why: string) => {
    letGo()
    socket.destroy()
    reject(new Error(`PROXY header: ${why}`))
  }
  const ended = () => fail('the connection ended before')
  const read = () => {
    const piece: unknown = socket.read()
    if (!Buffer.isBuffer(piece)) return
    soFar = soFar.length === 0 ? piece : Buffer.concat([soFar, piece])
    const reading = readProxyHeader(soFar)
    if (reading.state === 'bad') return fail(reading.why)
    if (reading.state === 'more') return
    letGo()
    if (soFar.length > reading.length) socket.unshift(soFar.subarray(reading.length))
    resolve(reading.header)
  }
  socket.on('readable', read)
  socket.once('end', ended)
  socket.once('close', ended)
  // The caller's own listener may come later than a reset.
  socket.on('error', () => socket.destroy())
  return promise
}
