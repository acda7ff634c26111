import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { takeProxyHeader } from './proxy-header-reader.ts'

let server: Server
let accepted: Promise<Socket>
let client: Socket
beforeEach(async () => {
  server = createServer({ pauseOnConnect: false })
  accepted = once(server, 'connection').then(([socket]) => socket as Socket)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined)
})
afterEach(async () => {
  vi.useRealTimers()
  client.destroy()
  const socket = await accepted
  socket.destroy()
  server.close()
})

const HEADER = 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n'

test('what follows the header is put back, however the bytes come', async () => {
  const socket = await accepted
  const taken = takeProxyHeader(socket)
  for (const byte of HEADER) {
    client.write(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  client.write('GET / HTTP/1.1\r\n')
  expect(await taken).toMatchObject({ kind: 'client', address: '192.0.2.1' })

  let rest = ''
  const over = once(socket, 'end')
  socket.on('data', (piece: Buffer) => (rest += piece.toString()))
  client.end('\r\n')
  await over
  expect(rest).toBe('GET / HTTP/1.1\r\n\r\n')
})

test('what comes in one piece with the header is put back, too', async () => {
  client.write(`${HEADER}GET / HTTP/1.1\r\n\r\n`)
  const socket = await accepted
  await takeProxyHeader(socket)

  const [piece] = (await once(socket, 'data')) as [Buffer]
  expect(piece.toString()).toBe('GET / HTTP/1.1\r\n\r\n')
})

test('a wrong header closes the connection', async () => {
  client.write('GET / HTTP/1.1\r\n')
  const socket = await accepted

  await expect(takeProxyHeader(socket)).rejects.toThrow('neither version begins so')
  expect(socket.destroyed).toBe(true)
})

test('a client that ends before the header is over is let go', async () => {
  client.end('PROXY TCP4')
  const socket = await accepted

  await expect(takeProxyHeader(socket)).rejects.toThrow('the connection ended before')
  expect(socket.destroyed).toBe(true)
})

test('a header that does not come in time closes the connection', async () => {
  const socket = await accepted
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const taken = takeProxyHeader(socket)
  client.write('PROXY TCP4')
  vi.advanceTimersByTime(5001)

  await expect(taken).rejects.toThrow('in time')
  expect(socket.destroyed).toBe(true)
})
