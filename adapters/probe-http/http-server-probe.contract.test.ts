import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createPlainServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import type { ServerAddress } from '#core/domain/servers/server.ts'
import { describeServerProbe } from '#core/domain/testing/server-probe-contract.ts'

import { HttpServerProbe } from './http-server-probe.ts'

const PREFIX = '/user/ada/'
const owner = process.getuid?.() ?? 0
const never = new AbortController().signal

async function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(path, resolve)
  await promise
}

async function close(server: Server | undefined): Promise<void> {
  if (!server) return
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  await promise
}

describeServerProbe('HttpServerProbe', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-'))
  const path = join(folder, 's.sock')
  let server: Server | undefined
  let status = 200
  return {
    probe: new HttpServerProbe(),
    address: { kind: 'unix', path, owner },
    prefix: PREFIX,
    answerWith: async (told) => {
      status = told
      if (server) return
      server = createServer((asked, answer) => {
        answer.statusCode = asked.url === `${PREFIX}api` ? status : 500
        answer.setHeader('location', '/elsewhere')
        answer.end()
      })
      await listen(server, path)
    },
    dispose: async () => {
      await close(server)
      rmSync(folder, { recursive: true })
    },
  }
})

let folder: string
let address: ServerAddress & { readonly kind: 'unix' }
const servers: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-'))
  address = { kind: 'unix', path: join(folder, 's.sock'), owner }
})

afterEach(async () => {
  for (const server of servers.splice(0)) await close(server)
  rmSync(folder, { recursive: true })
})

const probe = new HttpServerProbe()

async function serve(path: string, answer: RequestListener): Promise<void> {
  const server = createServer(answer)
  servers.push(server)
  await listen(server, path)
}

test('it asks once, without credentials, and follows no redirect', async () => {
  const asked: { readonly url: string | undefined; readonly names: readonly string[] }[] = []
  await serve(address.path, ({ url, headers }, answer) => {
    asked.push({ url, names: Object.keys(headers).toSorted() })
    answer.writeHead(302, { location: '/user/ada/login' }).end()
  })
  await probe.untilAnswering(address, PREFIX, never)
  expect(asked).toEqual([{ url: '/user/ada/api', names: ['connection', 'host'] }])
})

test('an answer without an end does not hold it up', async () => {
  await serve(address.path, (_, answer) => {
    answer.writeHead(200)
    const timer = setInterval(() => answer.write('x'.repeat(1024)), 1)
    answer.on('close', () => clearInterval(timer))
  })
  await expect(probe.untilAnswering(address, PREFIX, never)).resolves.toBeUndefined()
})

test('a server that switches protocols, or hangs up, is asked again', async () => {
  const answers = [
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    '',
  ]
  const server = createPlainServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answers.shift() ?? 'HTTP/1.1 200 OK\r\n\r\n'))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(address.path, resolve)
  await promise
  await expect(probe.untilAnswering(address, PREFIX, never)).resolves.toBeUndefined()
  expect(answers).toEqual([])
  server.close()
})

test('a folder that is made only later is looked for', async () => {
  const later = { ...address, path: join(folder, 'later/s.sock') }
  const answered = probe.untilAnswering(later, PREFIX, never)
  mkdirSync(join(folder, 'later'))
  await serve(later.path, (_, answer) => answer.end())
  await expect(answered).resolves.toBeUndefined()
})

test('a link in the place of the socket is refused, though it leads to a server that answers', async () => {
  let asked = 0
  await serve(join(folder, 'other.sock'), (_, answer) => {
    asked++
    answer.end()
  })
  symlinkSync('other.sock', address.path)
  await expect(probe.untilAnswering(address, PREFIX, never)).rejects.toThrow(/not its socket/)
  expect(asked).toBe(0)
})

test('a plain file in the place of the socket is refused', async () => {
  writeFileSync(address.path, '')
  await expect(probe.untilAnswering(address, PREFIX, never)).rejects.toThrow(/not its socket/)
})

test("a socket of another account's is refused before a byte is sent", async () => {
  let connections = 0
  await serve(address.path, (_, answer) => answer.end())
  servers[0]?.on('connection', () => connections++)
  const other = { ...address, owner: owner + 1 }
  await expect(probe.untilAnswering(other, PREFIX, never)).rejects.toThrow(/another account/)
  expect(connections).toBe(0)
})

test('a socket that nobody listens at any more is waited at, until a server takes its place', async () => {
  await serve(join(folder, 'first.sock'), (_, answer) => answer.end())
  // Node takes a socket's file away when it closes; a killed process leaves it.
  linkSync(join(folder, 'first.sock'), address.path)
  await close(servers.pop())
  const answered = probe.untilAnswering(address, PREFIX, never)
  rmSync(address.path)
  await serve(address.path, (_, answer) => answer.end())
  await expect(answered).resolves.toBeUndefined()
})

test('however it ends, no descriptor is left open', async () => {
  const before = openDescriptors()
  await serve(address.path, (_, answer) => answer.writeHead(503).end())
  const cancel = new AbortController()
  servers[0]?.on('request', () => setImmediate(() => cancel.abort(new Error('enough'))))
  await expect(probe.untilAnswering(address, PREFIX, cancel.signal)).rejects.toThrow('enough')
  await close(servers.pop())
  await expect.poll(openDescriptors).toEqual(before)
})

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

test('a server at a host and a port is asked there', async () => {
  const server = createServer((_, answer) => answer.end())
  servers.push(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  await expect(
    probe.untilAnswering({ kind: 'tcp', host: '127.0.0.1', port }, PREFIX, never),
  ).resolves.toBeUndefined()
})
