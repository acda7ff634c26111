import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectSecurely, type TLSSocket } from 'node:tls'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, ProxyProcess } from './testing/proxy-process.ts'

let proxy: ProxyProcess
let behind: Server
let target: string
/** Answers that the server behind has not ended yet. */
let open: ServerResponse[]
const sockets: Socket[] = []

beforeEach(async () => {
  open = []
  behind = createServer((request, response) => {
    if (request.url === '/user/ada/slow') {
      response.write('begun, ')
      open.push(response)
      return
    }
    const failed = request.method === 'POST' && request.headers['x-password'] === 'wrong'
    if (failed) response.setHeader('bulkhead-sign-in', 'failed')
    response.writeHead(failed ? 403 : 200)
    response.end('answered')
  })
  behind.on('upgrade', (_request, socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    socket.pipe(socket)
  })
  behind.listen(0, '127.0.0.1')
  await once(behind, 'listening')
  target = `http://127.0.0.1:${(behind.address() as AddressInfo).port}`
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  behind.closeAllConnections()
  behind.close()
  await proxy?.[Symbol.asyncDispose]()
})

const UPGRADE =
  'GET /user/ada/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n'

/** A websocket whose bytes are looked at. */
async function websocket(socket: Socket): Promise<{ received: () => Buffer; socket: Socket }> {
  let all = Buffer.alloc(0)
  sockets.push(socket)
  socket.on('error', () => undefined)
  socket.on('data', (data: Buffer) => (all = Buffer.concat([all, data])))
  socket.write(UPGRADE)
  while (!all.includes('\r\n\r\n')) await once(socket, 'data')
  return { socket, received: () => all.subarray(all.indexOf('\r\n\r\n') + 4) }
}

async function securely(port: number): Promise<TLSSocket> {
  const socket = connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

const nameOn = async (port: number) => (await securely(port)).getPeerCertificate().subject.CN

function makeCertificate(folder: string, name: string): void {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9']
  execFileSync('openssl', ['req', '-x509', ...kind, ...files, '-subj', `/CN=${name}`], {
    stdio: 'ignore',
  })
}

describe('certificates', () => {
  const put = (name: string) => {
    for (const kind of ['key', 'pem'])
      copyFileSync(join(proxy.folder, `${name}.${kind}`), join(proxy.folder, `now.${kind}`))
  }

  test('are renewed under a live websocket, by SIGHUP, by the API and when the files change', async () => {
    proxy = await ProxyProcess.start((folder) => {
      for (const name of ['one', 'two', 'three', 'now']) makeCertificate(folder, name)
      return ['--ssl-key', join(folder, 'now.key'), '--ssl-cert', join(folder, 'now.pem')]
    })
    await proxy.route('/user/ada', target)
    const live = await websocket(await securely(proxy.port))
    expect(await nameOn(proxy.port)).toBe('now')

    put('one')
    expect(await proxy.api('POST /api/certificates/reload')).toMatchObject({
      status: 200,
      text: '{"renewed":["the public side"]}',
    })
    expect(await nameOn(proxy.port)).toBe('one')
    put('two')
    proxy.signal('SIGHUP')
    while ((await nameOn(proxy.port)) !== 'two') await delay(20)
    put('three')
    while ((await nameOn(proxy.port)) !== 'three') await delay(100)

    writeFileSync(join(proxy.folder, 'now.pem'), 'nonsense')
    const refused = await proxy.api('POST /api/certificates/reload')
    expect(refused.status).toBe(409)
    expect(refused.text).toMatch(/the public side stays as it is/)
    expect(proxy.lines).toMatch(/error .*the public side stays as it is/)
    expect(await nameOn(proxy.port)).toBe('three')

    live.socket.write('still here')
    while (live.received().length === 0) await once(live.socket, 'data')
    expect(live.received().toString()).toBe('still here')
  })
})

describe('told to end', () => {
  test('it takes nobody new, ends websockets with 1012 at once, and lets requests finish', async () => {
    proxy = await ProxyProcess.start()
    await proxy.route('/user/ada', target)
    const live = await websocket(connect(proxy.port, '127.0.0.1'))
    const idle = connect(proxy.port, '127.0.0.1')
    sockets.push(idle)
    await once(idle, 'connect')
    const slow = ask({ port: proxy.port, path: '/user/ada/slow' })
    while (open.length === 0) await delay(10)

    proxy.signal('SIGTERM')
    await once(live.socket, 'close')
    expect([...live.received()]).toEqual([0x88, 0x02, 1012 >> 8, 1012 & 255])
    const late = connect(proxy.port, '127.0.0.1')
    await expect(once(late, 'connect')).rejects.toThrow('ECONNREFUSED')
    open[0]?.end('and done')
    expect((await slow).text).toBe('begun, and done')
    expect(await proxy.ended()).toBe(2)
  })

  test('it ends when the time for what runs is over, and at once when it is told again', async () => {
    for (const [flag, signals] of [
      ['300', ['SIGTERM']],
      ['60000', ['SIGINT', 'SIGINT']],
    ] as const) {
      proxy = await ProxyProcess.start(() => ['--drain-timeout', flag])
      await proxy.route('/user/ada', target)
      const slow = ask({ port: proxy.port, path: '/user/ada/slow' }).catch(() => 'cut off')
      open = []
      while (open.length === 0) await delay(10)
      for (const signal of signals) {
        proxy.signal(signal)
        await delay(100)
      }
      expect(await proxy.ended()).toBe(2)
      expect(await slow).toBe('cut off')
      await proxy[Symbol.asyncDispose]()
    }
  })

  test('nobody who reads its log is no reason to stand still, nor not to end', async () => {
    proxy = await ProxyProcess.start()
    proxy.listenNoMore()

    for (const name of ['ada', 'bob', 'eve']) await proxy.route(`/user/${name}`, target)
    const answer = await ask({ port: proxy.port, path: '/user/eve/' })
    proxy.signal('SIGTERM')

    expect(answer.text).toBe('answered')
    expect(await proxy.ended()).toBe(2)
  })
})

describe('routes', () => {
  test('that were answered for are there again, whenever the proxy is killed', async () => {
    proxy = await ProxyProcess.start((folder) => ['--routes-file', join(folder, 'routes')])
    const kept = new Set<string>()
    for (let round = 0; round < 4; round++) {
      const killed = new AbortController()
      const adding = Array.from({ length: 8 }, async (_, worker) => {
        for (let i = 0; !killed.signal.aborted; i++) {
          const prefix = `/user/r${round}w${worker}n${i}`
          const added = await proxy.route(prefix, target).then(
            () => true,
            () => false,
          )
          if (added) kept.add(prefix)
        }
      })
      await delay(100 + round * 73)
      proxy.signal('SIGKILL')
      await proxy.ended()
      killed.abort()
      await Promise.all(adding)
      await proxy.again()
      const there = Object.keys(JSON.parse((await proxy.api('GET /api/routes')).text) as object)
      expect([...kept].filter((prefix) => !there.includes(prefix))).toEqual([])
    }
    expect(kept.size).toBeGreaterThan(20)
    expect(proxy.lines).not.toContain('cannot be read')
    expect((await ask({ port: proxy.port, path: `${[...kept][0]}/x` })).text).toBe('answered')
  })
})

describe('clients', () => {
  const signIn = (password: string) =>
    ask({
      port: proxy.port,
      method: 'POST',
      path: '/hub/login',
      headers: { 'x-password': password },
    })

  test('whose sign-ins fail too often wait, and nobody else learns of it', async () => {
    proxy = await ProxyProcess.start(() => [
      '--default-target',
      target,
      '--max-failed-sign-ins',
      '60',
    ])
    const good = await Promise.all(Array.from({ length: 200 }, () => signIn('right')))
    expect(new Set(good.map(({ status }) => status))).toEqual(new Set([200]))
    for (let i = 0; i < 59; i++) {
      const { status, headers } = await signIn('wrong')
      expect(status).toBe(403)
      expect(headers['bulkhead-sign-in']).toBeUndefined()
    }
    expect((await signIn('right')).status).toBe(200)
    await signIn('wrong')
    const held = await signIn('right')
    expect(held.status).toBe(429)
    expect(Number(held.headers['retry-after'])).toBeGreaterThan(10)
    expect(Number(held.headers['retry-after'])).toBeLessThanOrEqual(15)
    expect((await ask({ port: proxy.port, path: '/hub/login' })).status).toBe(200)
    expect((await proxy.api('GET /api/metrics')).text).toContain(
      'bulkhead_proxy_refused_total{reason="sign_in"} 1',
    )
  })

  test('that hold too many connections are told so, and counted', async () => {
    proxy = await ProxyProcess.start(() => [
      '--default-target',
      target,
      '--max-connections-per-address',
      '3',
      '--max-connections-per-route',
      '1',
    ])
    await proxy.route('/user/ada', target)
    const live = await websocket(connect(proxy.port, '127.0.0.1'))
    const second = await ask({ port: proxy.port, path: '/user/ada/x' })
    expect(second.status).toBe(503)
    expect(second.headers['retry-after']).toBe('5')
    for (let i = 0; i < 2; i++) {
      const socket = connect(proxy.port, '127.0.0.1')
      sockets.push(socket)
      await once(socket, 'connect')
    }
    expect((await ask({ port: proxy.port, path: '/' })).status).toBe(429)
    expect((await proxy.api('GET /api/metrics')).text).toContain(
      'bulkhead_proxy_refused_total{reason="limit"} 2',
    )
    for (const socket of sockets.splice(0)) socket.destroy()
    // Nothing of those who have left counts, however they came.
    for (let i = 0; i < 8; i++) {
      const next = await vi.waitFor(() => websocket(connect(proxy.port, '127.0.0.1')))
      next.socket.destroy()
      await vi.waitFor(async () =>
        expect((await ask({ port: proxy.port, path: '/user/ada/x' })).status).toBe(200),
      )
    }
    live.socket.destroy()
  })
})
