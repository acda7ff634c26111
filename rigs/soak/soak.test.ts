import { setTimeout as delay } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { type ProxyProcess, startProxy } from '../../adapters/routes-http/testing/proxy-process.ts'
import { HostileServer } from '../proxy/hostile-server.ts'
import { type Figures, figuresOf } from '../proxy/process-figures.ts'
import { ACTS } from './acts.ts'
import { misbehave } from './misbehave.ts'
import { WorkingServer } from './working-server.ts'

const SECONDS = Number(process.env['BULKHEAD_SOAK_SECONDS'] ?? 600)
/** So many of each kind of client at once. */
const AT_ONCE = 4
/** How often figures are taken. */
const EVERY_MS = Math.min(30_000, (SECONDS * 1000) / 20)
/** What is open for a moment, more at one look than at the other. */
const SOME_SOCKETS = 100
const SOME_MIB = 24

let proxy: ProxyProcess
let working: WorkingServer
let hostile: HostileServer
const done = new Map<string, number>()
const wrong: string[] = []

beforeAll(async () => {
  // All load comes from one address.
  const limits = ['--max-connections-per-address', '0', '--max-connections-per-route', '0']
  proxy = await startProxy(['--log-level', 'error', ...limits])
  working = await WorkingServer.listen()
  hostile = await HostileServer.listen(misbehave)
  await route('/user/ada/', working.url)
  await route('/user/eve/', hostile.url)
})
afterAll(async () => {
  await proxy?.end()
  working?.[Symbol.dispose]()
  hostile?.[Symbol.dispose]()
})

async function route(prefix: string, target: string): Promise<void> {
  const { status } = await proxy.order('POST', `/api/routes${prefix}`, { target })
  expect(status).toBe(201)
}

/** One kind of client, again and again until the time is over. */
async function repeat(name: string, until: number): Promise<void> {
  const act = ACTS[name]
  if (!act) return
  while (Date.now() < until) {
    try {
      await act(proxy.port)
      done.set(name, (done.get(name) ?? 0) + 1)
    } catch (error) {
      if (wrong.push(`${name}: ${String(error)}`) > 20) return
    }
  }
}

/** Servers start and stop all the time, some with connections open. */
async function comeAndGo(until: number): Promise<void> {
  for (let i = 0; Date.now() < until; i++) {
    await route(`/user/guest-${i % 50}/`, working.url)
    const { status } = await proxy.order('DELETE', `/api/routes/user/guest-${(i + 25) % 50}/`)
    if (status !== 204 && status !== 404) wrong.push(`a route is not taken away: ${status}`)
    done.set('routes', (done.get('routes') ?? 0) + 1)
    await delay(5)
  }
}

test(
  'memory, descriptors and sockets stay flat under load, with routes coming and going',
  async () => {
    const until = Date.now() + SECONDS * 1000
    const clients = Object.keys(ACTS).flatMap((name) =>
      Array.from({ length: AT_ONCE }, () => repeat(name, until)),
    )
    const load = Promise.all([...clients, comeAndGo(until)])
    const figures: Figures[] = []
    while (Date.now() < until) {
      await delay(Math.min(EVERY_MS, Math.max(until - Date.now(), 1)))
      const now = figuresOf(proxy.pid)
      figures.push(now)
      const { rssMiB, descriptors, sockets } = now
      console.log(`RSS ${rssMiB.toFixed(0)} MiB, ${descriptors} descriptors, ${sockets} sockets`)
    }
    await load
    console.log([...done].map(([name, count]) => `${name}: ${count}`).join(', '))

    expect(wrong).toEqual([])
    expect([...done.keys()].toSorted()).toEqual([...Object.keys(ACTS), 'routes'].toSorted())
    // What a process warms up with is over after a quarter of the time.
    const quarter = Math.floor(figures.length / 4)
    const early = figures.slice(quarter, 2 * quarter)
    const late = figures.slice(-quarter)
    const most = (of: readonly Figures[], what: keyof Figures) =>
      Math.max(...of.map((each) => each[what]))
    expect(most(late, 'rssMiB')).toBeLessThan(most(early, 'rssMiB') + SOME_MIB)
    expect(most(late, 'sockets')).toBeLessThan(most(early, 'sockets') + SOME_SOCKETS)

    await expect.poll(() => figuresOf(proxy.pid).sockets, { timeout: 60_000 }).toBeLessThan(20)
    const { rssMiB, descriptors, sockets } = figuresOf(proxy.pid)
    console.log(
      `quiet: RSS ${rssMiB.toFixed(0)} MiB, ${descriptors} descriptors, ${sockets} sockets`,
    )
  },
  SECONDS * 1000 + 120_000,
)
