import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { flood, HostileServer, onRequest } from './proxy/hostile-server.ts'
import { watchLeaks } from './proxy/leaks.ts'
import { HOST, RawClient, Stage } from './proxy/stage.ts'
import { readAnswers } from './proxy/strict-reading.ts'

const ROUNDS = 10
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const GET = `GET /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
/** More than the buffers of the kernel on both ways, and far more than the proxy may hold for one client. */
const MUCH = 100 * 1024 * 1024
const MOST_MIB = 64

const servers: HostileServer[] = []
const clients: RawClient[] = []
let stage: Stage

async function behind(speak: (socket: Socket) => void): Promise<HostileServer> {
  const server = await HostileServer.listen(speak)
  servers.push(server)
  await stage.route(server.url)
  return server
}

function connected(): RawClient {
  const client = new RawClient(stage.proxy.port)
  clients.push(client)
  return client
}

function said(text: string): RawClient {
  const client = connected()
  client.write(text)
  return client
}

async function tidy(): Promise<void> {
  for (const client of clients.splice(0)) client.close()
  for (const server of servers.splice(0)) server[Symbol.dispose]()
  await stage.proxy.order('DELETE', '/api/routes/user/eve/')
}

const closed = (server: HostileServer) =>
  expect.poll(() => server.sockets.size, { timeout: 8000, interval: 20 }).toBe(0)

describe('a client', () => {
  beforeAll(async () => {
    stage = await Stage.set()
  })
  afterAll(async () => {
    await stage?.end()
    console.log(`hostile clients: ${held()} acts held, each without a descriptor more`)
  })
  const held = watchLeaks(() => stage, tidy)

  test.each([
    ['before it has said a word', '', 0],
    ['in mid-head', 'GET /user/eve/x HTTP/1.1\r\nHost: hub.ex', 0],
    ['while it waits', GET, ROUNDS],
    [
      'in mid-body',
      `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 50\r\n\r\nhello`,
      ROUNDS,
    ],
    [
      'in mid-chunk',
      `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello`,
      ROUNDS,
    ],
    [
      'while it waits to continue',
      `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n`,
      ROUNDS,
    ],
  ])(
    'that leaves %s, or ends its side, is left by the server’s connection',
    async (_when, text, accepted) => {
      for (const how of ['close', 'half-close'] as const) {
        const server = await behind((socket) => onRequest(socket, () => undefined))
        const all = Array.from({ length: ROUNDS }, () => said(text))
        await stage.settle(all[0] ?? connected())
        for (const client of all)
          if (how === 'close') client.close()
          else client.halfClose()
        await closed(server)
        expect(server.accepted).toBe(accepted)
      }
    },
  )

  test('that leaves in mid-answer is left by the server’s connection', async () => {
    const server = await behind((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        flood(socket, 'hello')
      }),
    )
    const all = Array.from({ length: ROUNDS }, () => said(GET))
    for (const client of all) await client.until(({ text }) => text.length > 100_000)
    for (const client of all) client.close()
    await closed(server)
    expect(server.accepted).toBe(ROUNDS)
  })

  test('that ends its side after its request gets its answer', async () => {
    await behind((socket) => onRequest(socket, () => setTimeout(() => socket.end(OK), 100)))
    for (let i = 0; i < ROUNDS; i++) {
      const client = said(GET)
      client.halfClose()
      const { text } = await client.until(({ end }) => end !== 'open')
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nhello$/s)
    }
  })

  test('that never reads keeps its server waiting, and costs no memory', async () => {
    const written: (() => number)[] = []
    await behind((socket) =>
      onRequest(socket, () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${MUCH}\r\n\r\n`)
        written.push(flood(socket, 'hello'))
      }),
    )
    const { rssMiB } = stage.figures
    for (let i = 0; i < ROUNDS; i++) said(GET).pause()
    await expect.poll(() => written.length).toBe(ROUNDS)
    await delay(1500)
    await stage.probe()
    expect(stage.figures.rssMiB - rssMiB).toBeLessThan(MOST_MIB)
    for (const count of written) expect(count()).toBeLessThan(MUCH / 4)
  })

  test('whose server never reads is kept waiting, and costs no memory', async () => {
    await behind((socket) => socket.pause())
    const { rssMiB } = stage.figures
    const head = `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${MUCH}\r\n\r\n`
    const all = Array.from({ length: ROUNDS }, () => said(head + 'x'.repeat(MUCH / 8)))
    await delay(1500)
    await stage.probe()
    expect(stage.figures.rssMiB - rssMiB).toBeLessThan(MOST_MIB)
    for (const client of all) expect(client.unsent).toBeGreaterThan(MUCH / 16)
  })

  test('that sends a hundred requests at once gets as many answers, in their order', async () => {
    const count = 100
    const one = (i: number) => `GET /user/ada/${i} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
    const client = said(Array.from({ length: count }, (_, i) => one(i)).join(''))
    const last = `\r\n\r\nseen `
    await client.until(({ text }) => text.split(last).length === count + 1)
    const { whole, rest } = readAnswers(client.heard.text, {
      methods: Array.from({ length: count }, () => 'GET'),
      ended: false,
    })
    expect(rest).toBe('nothing')
    const seen = new Map(stage.ada.seen.map(({ id, request }) => [`seen ${id}`, request.target]))
    expect(whole.map(({ body }) => seen.get(body))).toEqual(
      Array.from({ length: count }, (_, i) => `/user/ada/${i}`),
    )
    stage.ada.forget()
  })

  test('that sends requests without end and reads no answer costs no memory, and few at the server', async () => {
    const server = await behind((socket) => {
      socket.on('data', () =>
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n${'x'.repeat(10_000)}`),
      )
    })
    const { rssMiB } = stage.figures
    const all = Array.from({ length: 3 }, () => said(GET.repeat(100_000)))
    for (const client of all) client.pause()
    await delay(1500)
    await stage.probe()
    expect(stage.figures.rssMiB - rssMiB).toBeLessThan(MOST_MIB)
    expect(server.sockets.size).toBeLessThanOrEqual(all.length)
  })

  test('among two thousand idle ones of the same address is served, and they cost little', async () => {
    await behind((socket) => onRequest(socket, () => socket.end(OK)))
    const { rssMiB } = stage.figures
    for (let i = 0; i < 2000; i++) said(i % 2 === 0 ? '' : 'GET /user/eve/x HTTP/1.1\r\nX: ')
    await expect.poll(() => stage.figures.sockets, { timeout: 5000 }).toBeGreaterThan(2000)
    expect(await stage.statusOf()).toBe(200)
    const grown = stage.figures.rssMiB - rssMiB
    console.log(`2,000 idle connections: ${((grown * 1024) / 2000).toFixed(1)} KiB each`)
    expect(grown).toBeLessThan(MOST_MIB)
  })
})

describe('with short limits, a client', () => {
  const MOST = 300
  beforeAll(async () => {
    stage = await Stage.set([
      '--head-timeout',
      '500',
      '--timeout',
      '1000',
      '--keep-alive-timeout',
      '1500',
      '--max-connections-per-address',
      String(MOST),
    ])
  })
  afterAll(async () => {
    await stage?.end()
    console.log(`hostile clients, with short limits: ${held()} acts held`)
  })
  const held = watchLeaks(() => stage, tidy)

  const drip = async (all: readonly RawClient[], piece: () => string) => {
    const deadline = Date.now() + 8000
    while (all.some(({ heard }) => heard.end === 'open') && Date.now() < deadline) {
      for (const client of all) client.write(piece())
      await delay(100)
    }
  }

  test.each([
    ['of its head', 'GET /user/eve/x HTTP/1.1\r\nHost: hub.example\r\nX-Own: ', 'x'],
    ['of headers', 'GET /user/eve/x HTTP/1.1\r\nHost: hub.example\r\n', 'X-Own: 1\r\n'],
    ['of its request line', 'GET /user/eve/', 'x'],
    [
      'of its trailers',
      `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n`,
      '',
    ],
  ])('that sends a byte %s now and then is refused', async (_what, begin, piece) => {
    const server = await behind((socket) => onRequest(socket, () => undefined))
    const all = Array.from({ length: 50 }, () => said(begin))
    await drip(all, () => piece)
    for (const { heard } of all) {
      expect(heard.end).not.toBe('open')
      expect(heard.text).toMatch(/^(?:HTTP\/1\.1 (?:408|431|503|504) .*)?$/s)
    }
    await closed(server)
  })

  test.each([
    ['a body', `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 50\r\n\r\nhello`],
    [
      'a chunk',
      `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello`,
    ],
    [
      'what it expected to',
      `POST /user/eve/x HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n`,
    ],
  ])(
    'that announces %s and does not send it is refused, and its server left',
    async (_what, text) => {
      const server = await behind((socket) => onRequest(socket, () => undefined))
      const all = Array.from({ length: ROUNDS }, () => said(text))
      for (const client of all) {
        const { text } = await client.until(({ end }) => end !== 'open')
        expect(text).toMatch(/^(?:HTTP\/1\.1 (?:408|503|504) .*)?$/s)
      }
      await closed(server)
    },
  )

  test('that takes nothing of its answer is cut, and its server left', async () => {
    const server = await behind((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        flood(socket, 'hello')
      }),
    )
    for (let i = 0; i < ROUNDS; i++) said(GET).pause()
    await stage.probe()
    await expect.poll(() => server.accepted).toBe(ROUNDS)
    await closed(server)
  })

  test('that says nothing between two requests is ended in order', async () => {
    await behind((socket) => onRequest(socket, () => socket.end(OK)))
    const all = [said(GET), said(GET), connected()]
    for (const client of all) await client.until(({ end }) => end !== 'open')
    expect(all.map(({ heard }) => heard.text.slice(9, 12))).toEqual(['200', '200', ''])
  })

  test('beyond the number of connections for an address is refused, until one of them goes', async () => {
    const all = Array.from({ length: MOST - 1 }, () => connected())
    await stage.settle(all[0] ?? connected())
    const more = Array.from({ length: ROUNDS }, () => said(GET))
    for (const client of more) {
      const { text } = await client.until(({ end }) => end !== 'open')
      expect(text).toMatch(/^(?:HTTP\/1\.1 (?:429|503) .*)?$/s)
    }
    for (const client of all) client.close()
    await behind((socket) => onRequest(socket, () => socket.end(OK)))
    await expect.poll(() => stage.statusOf()).toBe(200)
  })
})
