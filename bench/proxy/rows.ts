import { setTimeout as delay } from 'node:timers/promises'

import { cpuSeconds, pssOf } from '../machine.ts'
import { type Name, type Running, TOKEN } from './contenders.ts'
import {
  type Answered,
  holdWebsockets,
  type Load,
  runLoad,
  tlsConnectionsPerSecond,
} from './load.ts'
import { addRoutes, listRoutes } from './route-client.ts'

/** What stands ready for a row: every contender's address, and how to start another one of its kind. */
export interface Stage {
  readonly load: string
  /** The address of each, and below what path its server is. */
  readonly places: Readonly<Record<Name, { readonly address: string; readonly prefix: string }>>
  /** The target of routes that are added. */
  readonly target: string
  pidOf(name: Name): number | undefined
  startFresh(name: Proxy, options?: { readonly tls?: boolean }): Promise<Running>
}

type Proxy = 'ours' | 'chp' | 'nginx'

/** What was found of one in one round; times in milliseconds. */
export interface Found {
  /** What is compared. */
  readonly value: number
  readonly p50?: number
  readonly p99?: number
  readonly p999?: number
  /** Share of its core that the proxy used. */
  readonly cpu?: number
  readonly note?: string
}

/** What ours must reach: so many times the other's figure, or a figure by itself. */
export interface Reach {
  readonly against: 'chp' | 'nginx' | 'itself'
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Row {
  readonly id: string
  readonly work: string
  readonly unit: string
  readonly better: 'more' | 'less'
  readonly who: readonly Name[]
  readonly reach: readonly Reach[]
  /** What is compared is how much more it is than without a proxy, in the same round. */
  readonly isAdded?: boolean
  readonly bound: string
  measure(name: Name, stage: Stage): Promise<Found>
}

const MIB = 1024 * 1024
/** Requests a second under fixed load: a third of what configurable-http-proxy can do. */
const STEADY_RATE = 4000
const SOCKETS = 5000
const MANY_ROUTES = 10_000
const EVERYBODY: readonly Name[] = ['direct', 'chp', 'nginx', 'ours', 'unix']
const PROXIES: readonly Name[] = ['chp', 'nginx', 'ours']

type Work = Omit<Load, 'address' | 'path'> & { readonly path: string }

/** Puts a load on one of them, and says how busy it was. */
async function put(name: Name, stage: Stage, work: Work): Promise<Answered & { cpu?: number }> {
  const { address, prefix } = stage.places[name]
  const pid = stage.pidOf(name)
  const before = pid === undefined ? 0 : cpuSeconds(pid)
  const answered = await runLoad(stage.load, { ...work, address, path: `${prefix}${work.path}` })
  if (pid === undefined) return answered
  return { ...answered, cpu: (cpuSeconds(pid) - before) / work.seconds }
}

function small(connections: number, reach: readonly Reach[]): Row {
  return {
    id: connections === 50 ? 'small' : `small-${connections}`,
    work: `small requests, ${connections} connection${connections === 1 ? '' : 's'}`,
    unit: '/s',
    better: 'more',
    who: EVERYBODY,
    reach,
    bound:
      connections === 1
        ? 'waking two processes on two cores, one after the other'
        : 'the kernel’s TCP on the proxy’s core: four calls a request',
    measure: async (name, stage) => {
      const work = { mode: 'rate', connections, seconds: 1.5, path: '/api' } as const
      const { perSecond, p50, p99, p999, cpu } = await put(name, stage, work)
      return { value: perSecond, p50, p99, p999, ...(cpu !== undefined && { cpu }) }
    },
  }
}

function bytes(
  row: Pick<Row, 'id' | 'work' | 'bound'>,
  work: Omit<Work, 'mode'> & { mode: 'rate' | 'upload' },
): Row {
  return {
    ...row,
    unit: 'MB/s',
    better: 'more',
    who: EVERYBODY,
    reach: [{ against: 'nginx', atLeast: 0.9 }],
    measure: async (name, stage) => {
      const { megabytesPerSecond, cpu } = await put(name, stage, work)
      return { value: megabytesPerSecond, ...(cpu !== undefined && { cpu }) }
    },
  }
}

export const ROWS: readonly Row[] = [
  small(50, [
    { against: 'chp', atLeast: 3 },
    { against: 'nginx', atLeast: 0.5 },
  ]),
  small(1, []),
  small(500, []),
  {
    id: 'steady',
    work: `what a proxy adds to the p99 at ${STEADY_RATE.toLocaleString('en-GB')} requests a second, 50 connections`,
    unit: 'ms',
    better: 'less',
    who: EVERYBODY,
    reach: [{ against: 'chp', atMost: 0.5 }],
    isAdded: true,
    bound: 'collections of garbage, and what else wants the core',
    measure: async (name, stage) => {
      const work = {
        mode: 'steady',
        connections: 50,
        seconds: 4,
        path: '/api',
        number: STEADY_RATE,
      } as const
      const { p50, p99, p999 } = await put(name, stage, work)
      return { value: p99, p50, p99, p999 }
    },
  },
  bytes(
    {
      id: 'mib',
      work: '1 MiB bodies, 8 connections',
      bound: 'copying between sockets in the kernel',
    },
    { mode: 'rate', connections: 8, seconds: 1.5, path: `/bytes/${MIB}` },
  ),
  bytes(
    {
      id: 'download',
      work: '100 MiB down, one connection',
      bound: 'copying between sockets in the kernel',
    },
    { mode: 'rate', connections: 1, seconds: 1.5, path: `/bytes/${100 * MIB}` },
  ),
  bytes(
    {
      id: 'upload',
      work: '100 MiB up, one connection',
      bound: 'copying between sockets in the kernel',
    },
    { mode: 'upload', connections: 1, seconds: 1.5, path: '/upload', number: 100 * MIB },
  ),
  {
    id: 'tls',
    work: 'new TLS connections, full handshake (TLS 1.3, ECDSA P-256)',
    unit: '/s',
    better: 'more',
    who: PROXIES,
    reach: [],
    bound: 'OpenSSL’s arithmetic, and Node’s objects around each connection',
    measure: async (name, stage) => {
      await using fresh = await stage.startFresh(asProxy(name), { tls: true })
      const address = `${fresh.host}:${fresh.port}`
      await tlsConnectionsPerSecond(address, 1)
      return { value: await tlsConnectionsPerSecond(address, 2) }
    },
  },
  {
    id: 'websocket',
    work: 'websocket round trips, 100 sockets',
    unit: '/s',
    better: 'more',
    who: EVERYBODY,
    reach: [
      { against: 'chp', atLeast: 1.5 },
      { against: 'nginx', atLeast: 1 },
    ],
    bound:
      'the kernel’s TCP: four calls a round trip, as nginx’s, and around each a callback of Node’s',
    measure: async (name, stage) => {
      const work = { mode: 'websocket', connections: 100, seconds: 1.5, path: '/ws' } as const
      const { perSecond, p50, p99, p999, cpu } = await put(name, stage, work)
      return { value: perSecond, p50, p99, p999, ...(cpu !== undefined && { cpu }) }
    },
  },
  {
    id: 'idle-websocket',
    work: `memory of an idle websocket (PSS, ${SOCKETS.toLocaleString('en-GB')} of them)`,
    unit: 'KiB',
    better: 'less',
    who: PROXIES,
    reach: [{ against: 'itself', atMost: 12 }],
    bound: 'two sockets of Node’s each, half of it in JavaScript',
    measure: async (name, stage) => {
      await using fresh = await stage.startFresh(asProxy(name))
      const address = `${fresh.host}:${fresh.port}`
      const path = `${stage.places[name].prefix}/ws`
      await runLoad(stage.load, { mode: 'websocket', address, path, connections: 50, seconds: 0.3 })
      await delay(500)
      const before = pssOf(fresh.pid)
      await using _held = await holdWebsockets(stage.load, { address, path, connections: SOCKETS })
      await delay(1000)
      return { value: ((pssOf(fresh.pid) - before) * 1024) / SOCKETS }
    },
  },
  {
    id: 'routes-add',
    work: `${MANY_ROUTES.toLocaleString('en-GB')} routes added by the API, ten requests at once`,
    unit: 's',
    better: 'less',
    who: ['chp', 'ours'],
    reach: [{ against: 'chp', atMost: 0.5 }],
    bound: 'reading a request and keeping a route; a fifth of it is the collector',
    measure: async (name, stage) => {
      await using fresh = await stage.startFresh(asProxy(name))
      const added = await addRoutes(apiOf(fresh), TOKEN, manyRoutes(stage))
      const listed = await listRoutes(apiOf(fresh), TOKEN)
      if (listed.count < MANY_ROUTES) throw new Error(`${listed.count} routes are listed`)
      return { value: added, note: `all of them listed in ${listed.milliseconds.toFixed(0)} ms` }
    },
  },
  {
    id: 'routes-look-up',
    work: `small requests with ${MANY_ROUTES.toLocaleString('en-GB')} routes, at random, as a share of those with 2`,
    unit: 'of 1',
    better: 'more',
    who: ['chp', 'ours'],
    reach: [{ against: 'itself', atLeast: 0.9 }],
    bound: 'a look-up is a step for each segment of the path, however many routes there are',
    measure: async (name, stage) => {
      await using fresh = await stage.startFresh(asProxy(name))
      const address = `${fresh.host}:${fresh.port}`
      const ask = async (number: number) => {
        const work = {
          mode: 'rate',
          connections: 50,
          seconds: 0.7,
          path: '/user/u{}/api',
          number,
        } as const
        return (await runLoad(stage.load, { ...work, address })).perSecond
      }
      await ask(2)
      const few = await ask(2)
      await addRoutes(apiOf(fresh), TOKEN, manyRoutes(stage))
      await ask(MANY_ROUTES)
      const many = await ask(MANY_ROUTES)
      return { value: many / few, note: `${Math.round(few)} and ${Math.round(many)} /s` }
    },
  },
  {
    id: 'memory',
    work: 'memory of the process, nobody there (PSS)',
    unit: 'MiB',
    better: 'less',
    who: PROXIES,
    reach: [],
    bound: 'Node itself',
    measure: async (name, stage) => {
      await using fresh = await stage.startFresh(asProxy(name))
      await delay(1500)
      return { value: pssOf(fresh.pid) }
    },
  },
]

function asProxy(name: Name): Proxy {
  if (name === 'ours' || name === 'chp' || name === 'nginx') return name
  throw new Error(`${name} cannot be started by itself`)
}

function apiOf({ api }: Running): string {
  if (api === undefined) throw new Error('it has no API')
  return api
}

const manyRoutes = ({ target }: Stage) =>
  Array.from({ length: MANY_ROUTES }, (_, index) => [`/user/u${index}`, target] as const)
