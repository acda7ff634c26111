import { spawn } from 'node:child_process'
import { chownSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { unixUrl } from '../core/base/unix-socket.ts'
import { flood, HostileServer, onRequest } from './proxy/hostile-server.ts'
import { watchLeaks } from './proxy/leaks.ts'
import { type RawClient, Stage } from './proxy/stage.ts'

/** Each act so often: what leaks once is seen. */
const ROUNDS = 10
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const WEBSOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
const SWITCH = (...headers: readonly string[]) =>
  `${['HTTP/1.1 101 Switching Protocols', ...headers].join('\r\n')}\r\n\r\n`

let stage: Stage
const servers: HostileServer[] = []
const clients: RawClient[] = []

beforeAll(async () => {
  stage = await Stage.set()
})
afterAll(async () => {
  await stage?.end()
  console.log(`hostile servers: ${held()} acts held, each without a descriptor more`)
})
const held = watchLeaks(
  () => stage,
  async () => {
    for (const client of clients.splice(0)) client.close()
    for (const server of servers.splice(0)) server[Symbol.dispose]()
    await stage.proxy.order('DELETE', '/api/routes/user/eve/')
  },
)

async function behind(speak: (socket: Socket) => void, path?: string): Promise<HostileServer> {
  const server = await HostileServer.listen(speak, path && join(stage.folder, path))
  servers.push(server)
  await stage.route(server.url)
  return server
}

function asked(...what: Parameters<Stage['ask']>): RawClient {
  const client = stage.ask(...what)
  clients.push(client)
  return client
}

const closed = (server: HostileServer) =>
  expect.poll(() => server.sockets.size, { timeout: 5000, interval: 20 }).toBe(0)

describe('a server', () => {
  test.each(['tcp', 'unix'])('that refuses (%s) is a 503', async (kind) => {
    const server = await behind(() => undefined, kind === 'unix' ? 'gone.sock' : undefined)
    server[Symbol.dispose]()
    for (let i = 0; i < ROUNDS; i++) expect(await stage.statusOf()).toBe(503)
  })

  test('whose process stands still, with a full queue, is waited for, or a 503 at once', async () => {
    const path = join(stage.folder, 'still.sock')
    const program = `require('net').createServer().listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => console.log('up'))`
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGSTOP')
    try {
      await stage.route(unixUrl(path))
      const all = Array.from({ length: ROUNDS }, () => asked())
      await stage.settle(asked('OPTIONS'))
      for (const { heard } of all) expect(heard.text).toMatch(/^(?:HTTP\/1\.1 503 .*)?$/s)
      // The queue has no room for all of them.
      expect(all.filter(({ heard }) => heard.text !== '').length).toBeGreaterThan(0)
    } finally {
      child.kill('SIGKILL')
    }
  })

  test.each([
    ['before it answers', ''],
    ['in mid-head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['after an interim answer', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['in mid-body', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello'],
    ['in mid-chunk', `${CHUNKED}50\r\nhello`],
    ['between chunks', `${CHUNKED}5\r\nhello\r\n`],
  ])('that hangs %s is left when its client leaves', async (_when, said) => {
    const server = await behind((socket) => onRequest(socket, () => socket.write(said)))
    for (let i = 0; i < ROUNDS; i++) {
      const client = asked()
      await stage.settle(client)
      expect(client.heard.end).toBe('open')
      client.close()
    }
    await closed(server)
  })

  test.each([
    ['at once', undefined, [502, 503]],
    ['after the request', '', [502, 503]],
    ['in mid-head', 'HTTP/1.1 200 OK\r\nContent-Le', [502, 503]],
    ['in mid-body', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello', [200]],
    ['in mid-chunk', `${CHUNKED}50\r\nhello`, [200]],
    // What must not be repeated may meet the end of a connection that was kept.
    ['behind its answer', OK, [200, 503]],
  ] as const)(
    'that resets or ends %s is a defined answer, or a cut',
    async (_when, said, right) => {
      for (const how of ['reset', 'end', 'half-close'] as const) {
        const leave = (socket: Socket) => {
          if (how === 'reset') socket.resetAndDestroy()
          else if (how === 'end') socket.destroySoon()
          else socket.end()
        }
        await behind((socket) => {
          if (said === undefined) leave(socket)
          else
            onRequest(socket, () => socket.write(said, () => setTimeout(() => leave(socket), 20)))
        })
        for (let i = 0; i < ROUNDS; i++) {
          const client = asked('POST')
          // What is cut must be seen to be cut.
          const isCut = said?.includes('50') === true
          const { text } = await client.until(
            ({ text, end }) =>
              end !== 'open' || (!isCut && (text.endsWith('}') || text.endsWith('hello'))),
          )
          expect(right).toContain(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]))
          expect(text.endsWith('0\r\n\r\n')).toBe(false)
        }
      }
    },
  )

  test('whose kept connection has died meanwhile is asked again, but not twice for what must not be repeated', async () => {
    let asked = 0
    const server = await behind((socket) =>
      onRequest(socket, () => {
        asked++
        // The next request on this connection meets its end.
        socket.once('data', () => socket.resetAndDestroy())
        socket.write(OK)
      }),
    )
    expect(await stage.statusOf()).toBe(200)
    expect(await stage.statusOf()).toBe(200)
    expect(server.accepted).toBe(2)
    expect(await stage.statusOf('POST', ['Content-Length: 1'], 'x')).toBe(503)
    expect(asked).toBe(2)
  })

  test.each([
    ['a head', 'HTTP/1.1 200 OK\r\n', 'X-More: 0123456789\r\n'],
    ['a status line', 'HTTP/1.1 200 ', 'OK'],
    ['a header', 'HTTP/1.1 200 OK\r\nX-More: ', '0123456789'],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ['a chunk’s extensions', `${CHUNKED}5`, ';name=value'],
    ['trailers', `${CHUNKED}0\r\n`, 'X-More: 0123456789\r\n'],
  ])('that sends %s without end is given up', async (_what, begin, piece) => {
    for (let i = 0; i < 3; i++) {
      let written = () => 0
      await behind((socket) =>
        onRequest(socket, () => {
          socket.write(begin)
          written = flood(socket, piece)
        }),
      )
      const { text } = await asked().until(({ text, end }) => end !== 'open' || text.endsWith('}'))
      const isCut =
        text === '' || text.startsWith('HTTP/1.1 103') || text.startsWith(CHUNKED.slice(0, 15))
      expect(isCut || /^HTTP\/1\.1 50[234] /.test(text), text.slice(0, 200)).toBe(true)
      expect(text.length).toBeLessThan(1_000_000)
      expect(written()).toBeLessThan(8_000_000)
    }
  })

  test.each([
    ['a body', CHUNKED, '5\r\nhello\r\n'],
    ['a chunk’s size', CHUNKED, '0'],
    ['empty lines', '', '\r\n'],
  ])(
    'that sends %s without end costs no memory, and is left with its client',
    async (_what, begin, piece) => {
      const server = await behind((socket) =>
        onRequest(socket, () => {
          socket.write(begin)
          flood(socket, piece)
        }),
      )
      const { rssMiB } = stage.figures
      // It takes nothing of what it hears.
      const clients = Array.from({ length: 3 }, () => asked())
      for (const client of clients) client.pause()
      await delay(1000)
      await stage.probe()
      expect(stage.figures.rssMiB - rssMiB).toBeLessThan(64)
      for (const client of clients) client.close()
      await closed(server)
    },
  )

  test.each([
    ['200', OK, 200],
    ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno', 403],
    ['garbage', '\0\0\0garbage\r\n\r\n', [502, 503]],
    ['101 without an Upgrade', SWITCH(), [502, 503]],
    ['101 to another protocol', SWITCH('Connection: Upgrade', 'Upgrade: h2c'), [502, 503]],
    ['101 to nothing', SWITCH('Connection: Upgrade', 'Upgrade:'), [502, 503]],
    ['101 without a Connection', SWITCH('Upgrade: websocket'), [502, 503]],
    [
      '101 in HTTP/1.0',
      SWITCH('Connection: Upgrade', 'Upgrade: websocket').replace('1.1', '1.0'),
      [101, 502, 503],
    ],
    ['100 and the end', 'HTTP/1.1 100 Continue\r\n\r\n', 'waits'],
    ['silence', '', 'waits'],
  ] as const)('that answers %s to a websocket is a defined answer', async (_what, said, right) => {
    const server = await behind((socket) => onRequest(socket, () => socket.write(said)))
    for (let i = 0; i < ROUNDS; i++) {
      const client = asked('GET', WEBSOCKET)
      await stage.settle(client)
      const { text } = await client.until(
        ({ text }) => right === 'waits' || /^HTTP\/1\.1 .*\r\n\r\n/s.test(text),
      )
      const statuses = right === 'waits' ? ['', '100'] : [right].flat().map(String)
      expect(statuses).toContain(text.slice(9, 12))
      client.close()
    }
    await closed(server)
  })

  test('that switches and then goes, ends the websocket of its client, and the other way round', async () => {
    const server = await behind((socket) =>
      onRequest(socket, () =>
        socket.write(SWITCH('Connection: Upgrade', 'Upgrade: websocket') + 'hi'),
      ),
    )
    for (const who of ['server', 'server resets', 'client', 'client ends'] as const) {
      const all = Array.from({ length: ROUNDS }, () => asked('GET', WEBSOCKET))
      for (const client of all) await client.until(({ text }) => text.endsWith('hi'))
      if (who.startsWith('server'))
        for (const socket of server.sockets)
          if (who === 'server') socket.end()
          else socket.resetAndDestroy()
      for (const client of all)
        if (who === 'client') client.close()
        else if (who === 'client ends') client.halfClose()
      if (who !== 'client')
        for (const client of all) await client.until(({ end }) => end !== 'open')
      await closed(server)
    }
    expect(server.accepted).toBe(4 * ROUNDS)
  })
})

describe('a server’s socket', () => {
  const path = () => join(stage.folder, 'eve.sock')
  const answering = (socket: Socket) =>
    onRequest(socket, () => socket.end(OK.replace('OK\r\n', 'OK\r\nConnection: close\r\n')))
  beforeEach(async () => {
    const server = await HostileServer.listen(answering, path())
    servers.push(server)
    await stage.route(server.url, { socket_owner: process.getuid?.() ?? 0 })
    await stage.probe()
  })
  afterEach(() => rmSync(path(), { force: true }))

  const swaps: Readonly<Record<string, () => void>> = {
    'a symbolic link to a socket': () => {
      renameSync(path(), `${path()}.real`)
      symlinkSync(`${path()}.real`, path())
    },
    'a symbolic link to nothing': () => {
      rmSync(path())
      symlinkSync('/nowhere', path())
    },
    'a file': () => {
      rmSync(path())
      writeFileSync(path(), '')
    },
    'a device': () => {
      rmSync(path())
      symlinkSync('/dev/zero', path())
    },
    nothing: () => rmSync(path()),
  }
  test.each(Object.entries(swaps))('replaced by %s is a 503', async (_what, swap) => {
    swap()
    for (let i = 0; i < ROUNDS; i++) expect(await stage.statusOf()).toBe(503)
    for (let i = 0; i < ROUNDS; i++) expect(await stage.statusOf('GET', WEBSOCKET)).toBe(503)
    rmSync(`${path()}.real`, { force: true })
  })

  test.skipIf(process.getuid?.() !== 0)('of another account is a 503', async () => {
    chownSync(path(), 65_534, 65_534)
    for (let i = 0; i < ROUNDS; i++) expect(await stage.statusOf()).toBe(503)
  })

  test('that comes and goes all the time is a 200 or a 503', async () => {
    const away = `${path()}.away`
    const counts = { 200: 0, 503: 0 }
    for (let i = 0; i < 20 * ROUNDS; i++) {
      if (i % 2 === 0) renameSync(path(), away)
      else renameSync(away, path())
      const status = await stage.statusOf()
      expect([200, 503]).toContain(status)
      counts[status === 200 ? 200 : 503]++
    }
    expect(counts).toEqual({ 200: 10 * ROUNDS, 503: 10 * ROUNDS })
  })
})
