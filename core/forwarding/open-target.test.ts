import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { type ClientTls, DEFAULT_FORWARDING } from './forwarding-options.ts'
import { peerOf } from './peer-of.ts'
import { Stage } from './testing/stage.ts'

let folder: string
let own: { readonly key: Buffer; readonly cert: Buffer }
const stages: { close(): void }[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...names], { stdio: 'ignore' })
  own = { key: readFileSync(key), cert: readFileSync(cert) }
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  for (const each of stages.splice(0)) each.close()
})

/** A server behind TLS, which knows its visitors by certificate when it is asked to, with a route to it. */
async function behindTls(clientTls: ClientTls, requestCert = false): Promise<Stage> {
  const stage = await new Stage({ forwarding: { ...DEFAULT_FORWARDING, clientTls } }).open()
  const server: Server = createServer(
    { ...own, requestCert, ca: own.cert },
    (incoming, outgoing) => {
      const { authorized } = incoming.socket as TLSSocket
      incoming.resume().once('end', () => outgoing.end(`${incoming.url} ${authorized}`))
    },
  )
  server.on('upgrade', (_incoming, socket) => {
    socket.write('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const target = {
    kind: 'tcp',
    host: 'localhost',
    port,
    secure: true,
    address: '127.0.0.1',
  } as const
  stage.routes.set('/user/ada/', target, { data: {}, now: stage.now })
  stages.push(stage, {
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return stage
}

describe('a target over TLS', () => {
  test('is spoken to where its certificate is known, and its connection is used again', async () => {
    const stage = await behindTls({ ca: own.cert })

    for (const path of ['/user/ada/1', '/user/ada/2'])
      expect(await stage.ask(path, { method: 'POST', body: 'x' })).toMatchObject({
        status: 200,
        text: `${path} false`,
      })
  })

  test('is unreachable where it is not', async () => {
    expect((await (await behindTls({})).ask('/user/ada/')).status).toBe(503)
  })

  test('is spoken to all the same where that was asked for', async () => {
    const stage = await behindTls({ rejectUnauthorized: false })

    expect((await stage.ask('/user/ada/')).status).toBe(200)
  })

  test('is shown a certificate of ours', async () => {
    const stage = await behindTls({ ca: own.cert, ...own }, true)

    expect((await stage.ask('/user/ada/')).text).toBe('/user/ada/ true')
  })
})

test('a client over TLS has requests and websockets as any other', async () => {
  const stage = await behindTls({ ca: own.cert })
  const entrance = createTlsServer(own, (socket) =>
    stage.front.serve(socket, peerOf(socket, false)),
  )
  await new Promise<void>((resolve) => entrance.listen(0, '127.0.0.1', resolve))
  stages.push({ close: () => entrance.close() })
  const { port } = entrance.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', ca: own.cert, servername: 'localhost' })
  let received = ''
  const until = async (text: string) => {
    while (!received.includes(text)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  socket.on('data', (piece: Buffer) => (received += piece.toString()))

  socket.write('GET /user/ada/1 HTTP/1.1\r\nHost: hub.example\r\n\r\n')
  await until('/user/ada/1 false')
  socket.write(
    'GET /user/ada/ws HTTP/1.1\r\nHost: hub.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly',
  )
  await until('early')
  socket.write('later')
  await until('earlylater')

  expect(received).toContain('HTTP/1.1 101 ')
  socket.destroy()
})
