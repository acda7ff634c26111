import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

import { afterEach, expect, test } from 'vitest'

import { hashSecret } from '#core/base/random.ts'
import { describeRouteTable } from '#core/domain/testing/route-table-contract.ts'

import { startProxy } from './testing/proxy-process.ts'
import { startPeerProxy } from './testing/peer-proxy.ts'
import { HubRoute } from './hub-route.ts'
import { HttpRouteTable } from './http-route-table.ts'
import { ProxyApi } from './proxy-api.ts'

const unsaid = (what: string) => {
  throw new Error(`our own proxy can do all of it, and not: ${what}`)
}
const cleaning: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleaning.splice(0)) await clean()
})

async function onRealProxy(): Promise<{
  readonly api: ProxyApi
  readonly table: HttpRouteTable
  readonly port: number
}> {
  const proxy = await startProxy()
  const api = new ProxyApi(proxy)
  cleaning.push(async () => {
    await api[Symbol.asyncDispose]()
    await proxy.end()
  })
  return {
    api,
    table: new HttpRouteTable(api, { ownHosts: false, hsts: () => undefined }, unsaid),
    port: proxy.port,
  }
}

/** At configurable-http-proxy as npm has it, which knows nothing of what is ours alone. */
async function onPeer() {
  const proxy = await startPeerProxy()
  const api = new ProxyApi({ apiSocket: '', token: proxy.token })
  api.pointTo(proxy)
  cleaning.push(async () => {
    await api[Symbol.asyncDispose]()
    await proxy.end()
  })
  const said: string[] = []
  const say = (what: string) => void said.push(what)
  const table = new HttpRouteTable(api, { ownHosts: false, hsts: () => undefined }, say)
  return { table, api, said }
}

describeRouteTable('HttpRouteTable, on the real proxy,', async () => (await onRealProxy()).table)

test('a route goes with what its server may say, and shows as stale once that is another', async () => {
  const { api, table } = await onRealProxy()
  const target = { kind: 'tcp', host: '127.0.0.1', port: 9 } as const
  await table.add({ prefix: '/user/jos%C3%A9/gpu/', target, user: 'josé', serverName: 'gpu' })

  const [listed] = await api.routes()
  expect(listed?.data['policy']).toEqual({ cookie: 'jupyterhub-user-jos%C3%A9-gpu' })
  expect((await table.list()).map(({ stale }) => stale)).toEqual([undefined])

  const other = new HttpRouteTable(api, { ownHosts: true, hsts: () => 3600 }, unsaid)
  expect((await other.list()).map(({ stale }) => stale)).toEqual([true])
  const [route] = await other.list()
  if (route) await other.add(route)
  expect((await other.list()).map(({ stale }) => stale)).toEqual([undefined])
})

test.each([
  {},
  { cookie: '' },
  { cookie: 'a', path: '/' },
  { cookie: 'a', hsts: -1 },
  'none',
  null,
])('a policy that cannot be read is refused with the route: %j', async (policy) => {
  const { api, table } = await onRealProxy()
  const body = JSON.stringify({ target: 'http://127.0.0.1:9', policy })

  await api.ask('POST', '/api/routes/user/ada', { body, fine: [400] })

  expect(await table.list()).toEqual([])
})

describeRouteTable(
  'HttpRouteTable, on configurable-http-proxy,',
  async () => (await onPeer()).table,
)

test('what a proxy cannot do is said once', async () => {
  const { table, said } = await onPeer()

  expect(await table.closeConnections({ credentials: ['a'.repeat(64)] })).toBe(0)
  expect(await table.closeConnections({ prefix: '/user/ada/' })).toBe(0)

  expect(said).toEqual([expect.stringContaining('cannot close connections')])
})

test('the way to the hub is made once, where it is missing or leads elsewhere', async () => {
  const { api } = await onPeer()
  const hub = new HubRoute(api, 'http://127.0.0.1:8000')
  await hub.mend()
  await new HubRoute(api, 'http://127.0.0.1:9000').mend()
  await hub.mend()
  await hub.mend()

  expect(await api.routes()).toMatchObject([{ prefix: '/', target: 'http://127.0.0.1:8000' }])
})

test('a session that has ended takes its own websockets along, is kept out, and is counted', async () => {
  const { table, port } = await onRealProxy()
  const behind = createServer().on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined)
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
  })
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve))
  cleaning.push(async () => void behind.close())
  const target = {
    kind: 'tcp',
    host: '127.0.0.1',
    port: (behind.address() as AddressInfo).port,
  } as const
  await table.add({ prefix: '/user/ada/', target, user: 'ada', serverName: '' })
  /** A websocket of the session: its first line, and when it has been closed. */
  const open = async (session: string) => {
    const socket = connect(port, '127.0.0.1')
    cleaning.push(async () => void socket.destroy())
    const closed = new Promise<void>((resolve) => socket.once('close', resolve))
    socket.write(
      `GET /user/ada/ws HTTP/1.1\r\nHost: x\r\nCookie: jupyterhub-session-id=${session}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    return { status: Number(String(first).slice(9, 12)), closed }
  }
  const [mine, hers] = [await open('mine'), await open('hers')]
  expect([mine.status, hers.status]).toEqual([101, 101])

  expect(await table.closeConnections({ credentials: [hashSecret('mine')] })).toBe(1)

  await mine.closed
  expect((await open('mine')).status).toBe(403)
  expect(await table.closeConnections({ prefix: '/user/ada/' })).toBe(1)
  await hers.closed
})

test('what the proxy counts stands beside what the hub counts, and is left out while the proxy is away', async () => {
  const { api, table } = await onRealProxy()
  await table.list()

  expect(await api.numbers()).toMatch(/^bulkhead_proxy_routes 0$/m)
  expect(await api.numbers()).not.toMatch(/^process_/m)

  for (const clean of cleaning.splice(0)) await clean()
  expect(await api.numbers()).toBe('')
})
