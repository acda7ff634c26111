import type { BenchHub } from './bench-hub.ts'
import type { Answered } from './load.ts'
import { cpuSeconds, memoryOf, runLoad } from './machine.ts'
import { addPeople, countReady, startServers, stopServers, tokensOf } from './people.ts'
import { storm } from './storm.ts'

/** How much is done; `quick` shows that everything works, its figures mean little. */
export interface Size {
  readonly people: number
  readonly seconds: number
  readonly rounds: number
  readonly storm: number
  readonly starts: number
  readonly running: number
  readonly labRounds: number
  readonly growth: readonly number[]
}

export const FULL: Size = {
  people: 10_000,
  seconds: 6,
  rounds: 3,
  storm: 200,
  starts: 40,
  running: 1000,
  labRounds: 3,
  growth: [100, 1000, 10_000, 100_000],
}

export const QUICK: Size = {
  people: 300,
  seconds: 2,
  rounds: 1,
  storm: 20,
  starts: 10,
  running: 30,
  labRounds: 1,
  growth: [100, 1000],
}

/** What was found on one side: the figure that is compared, and what else there is to say. */
export interface Found {
  readonly value: number
  /** Requirements beside the ratio that do not hold. */
  readonly broken?: readonly string[]
  readonly note?: string
}

/** One row of the table. `reach` is the ratio ours / peer: at least that where more is better, at most where less is. */
export interface Row {
  readonly id: string
  readonly work: string
  readonly unit: string
  readonly better: 'more' | 'less'
  readonly reach: number
  readonly repeats: boolean
  readonly bound: string
  measure(hub: BenchHub, size: Size): Promise<Found>
}

const WITH_A_TOKEN = 100
const LISTING = 200
const PAGE = 200

const tokens = new Map<BenchHub, readonly string[]>()

async function someTokens(hub: BenchHub): Promise<readonly string[]> {
  const known = tokens.get(hub) ?? (await tokensOf(hub, WITH_A_TOKEN))
  tokens.set(hub, known)
  return known
}

const memory = async (hub: BenchHub): Promise<Found> => ({ value: memoryOf(hub.pids()) })

/** A load of one kind, beside a note on the processor time that the hub took for it. */
async function load(
  hub: BenchHub,
  seconds: number,
  groups: Parameters<typeof runLoad>[0]['groups'],
): Promise<{ readonly groups: readonly Answered[]; readonly cpuShare: string }> {
  const { hub: pid } = hub.pids()
  const before = cpuSeconds(pid)
  const answered = await runLoad({ target: hub.api, seconds, groups }, hub.pids())
  const share = (cpuSeconds(pid) - before) / seconds
  return { groups: answered, cpuShare: `${Math.round(share * 100)} % of a core` }
}

const failures = ({ name, failed }: Answered) =>
  failed === 0 ? [] : [`${failed} requests of '${name}' failed, or were not answered in time`]

export async function loadUser(hub: BenchHub, seconds: number): Promise<Found> {
  const who = await someTokens(hub)
  const { groups, cpuShare } = await load(hub, seconds, [
    { name: 'user', callers: WITH_A_TOKEN, path: '/hub/api/user', tokens: who },
  ])
  const [user] = groups
  if (!user) throw new Error('nobody asked')
  return {
    value: user.perSecond,
    broken: failures(user),
    note: `p99 ${user.p99.toFixed(0)} ms; ${cpuShare}`,
  }
}

export async function loadList(
  hub: BenchHub,
  { people, seconds, callers = LISTING }: { people: number; seconds: number; callers?: number },
): Promise<Found> {
  const random = Math.max(1, people - PAGE)
  const { groups, cpuShare } = await load(hub, seconds, [
    {
      name: 'list',
      callers,
      path: `/hub/api/users?limit=${PAGE}&offset={random}`,
      random,
      tokens: [hub.adminToken],
    },
    {
      name: 'bystander',
      callers: 1,
      path: '/hub/api/user',
      tokens: await someTokens(hub),
      pauseMs: 10,
    },
  ])
  const [list, bystander] = groups
  if (!list || !bystander) throw new Error('nobody asked')
  return {
    value: list.perSecond,
    broken: [
      ...failures(list),
      ...failures(bystander),
      ...(list.most > 3 * Math.max(1, list.least)
        ? [`one caller got ${list.most} pages, another ${list.least}`]
        : []),
      ...(bystander.p99 >= 250
        ? [`a bystander's p99 is ${bystander.p99.toFixed(0)} ms, and not below 250`]
        : []),
    ],
    note: `p50 ${list.p50.toFixed(0)} ms; pages a caller ${list.least}–${list.most}; a bystander's p99 ${bystander.p99.toFixed(0)} ms; ${cpuShare}`,
  }
}

export async function startOneByOne(hub: BenchHub, from: number, starts: number): Promise<Found> {
  const { hub: pid } = hub.pids()
  const [cpu, begun] = [cpuSeconds(pid), performance.now()]
  await startServers(hub, { from, to: from + starts, atOnce: 1 })
  const value = ((cpuSeconds(pid) - cpu) * 1000) / starts
  const wall = (performance.now() - begun) / starts
  await stopServers(hub, { from, to: from + starts })
  return { value, note: `${wall.toFixed(0)} ms from the request until it is ready` }
}

async function restart(hub: BenchHub, { people, running }: Size): Promise<Found> {
  await startServers(hub, { from: 0, to: running, atOnce: 25 })
  await hub.stop()
  return { value: await secondsToKnown(hub, Math.min(people, running), running) }
}

/** Starts the hub. @returns seconds until it knows that many servers to be ready, of the first `people` */
export async function secondsToKnown(
  hub: BenchHub,
  people: number,
  running: number,
): Promise<number> {
  const begun = performance.now()
  hub.begin()
  for (;;) {
    const ready = await countReady(hub, people)
    const seconds = (performance.now() - begun) / 1000
    if (ready === running) {
      // Rows may say so before anything was looked at: it counts when the hub says that it is up.
      await hub.untilUp()
      return (performance.now() - begun) / 1000
    }
    if (seconds > 120) throw new Error(`after 120 s ${ready ?? 'none'} of ${running} are known`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

let storms = 0

export const ROWS: readonly Row[] = [
  {
    id: 'memory-empty',
    work: 'memory of hub and proxy (PSS), nobody there',
    unit: 'MiB',
    better: 'less',
    reach: 0.7,
    repeats: false,
    bound: 'two Node processes: half of it is the runtime itself',
    measure: memory,
  },
  {
    id: 'add-users',
    work: 'people made through the API, a hundred a request',
    unit: 's',
    better: 'less',
    reach: 1 / 20,
    repeats: false,
    bound: 'SQLite writing rows and indexes, then the answers’ JSON',
    measure: async (hub, { people }) => {
      const begun = performance.now()
      await addPeople(hub, { from: 0, to: people })
      return { value: (performance.now() - begun) / 1000 }
    },
  },
  {
    id: 'memory-people',
    work: 'memory of hub and proxy (PSS), everybody there',
    unit: 'MiB',
    better: 'less',
    reach: 0.7,
    repeats: false,
    bound: 'as when empty; people are not kept in memory',
    measure: memory,
  },
  {
    id: 'user',
    work: '`GET /hub/api/user`, 100 callers',
    unit: '/s',
    better: 'more',
    reach: 10,
    repeats: true,
    bound:
      'Node’s HTTP and Fastify’s hooks: two thirds; the hash of the token and the look-ups in memory: the rest',
    measure: (hub, { seconds }) => loadUser(hub, seconds),
  },
  {
    id: 'list',
    work: '`GET /hub/api/users?limit=200` at random offsets, 200 callers',
    unit: '/s',
    better: 'more',
    reach: 40,
    repeats: true,
    bound:
      'SQLite reading 200 rows (a third), making 200 bodies (a third), their JSON and its way into the socket',
    measure: (hub, { people, seconds }) => loadList(hub, { people, seconds }),
  },
  {
    id: 'start',
    work: 'the hub’s own share of one start: processor time of the hub, one start after the other',
    unit: 'ms',
    better: 'less',
    reach: 15 / 61,
    repeats: false,
    bound:
      'making the process (fork and exec from a large one), then a dozen small writes to the database',
    measure: (hub, { starts }) => startOneByOne(hub, 0, starts),
  },
  {
    id: 'storm',
    work: 'people sign in by form and start servers, all at once',
    unit: 's',
    better: 'less',
    reach: 1 / 4,
    repeats: false,
    bound: 'the hub’s core: pages, sign-ins, processes made one after the other',
    measure: async (hub, { storm: count }) => {
      const round = storms++
      const names = Array.from({ length: count }, (_, at) => `storm${round}x${at}`)
      const { seconds, failed } = await storm(hub, names)
      return {
        value: seconds,
        broken: failed.length === 0 ? [] : [`${failed.length} failed, the first: ${failed[0]}`],
        note: `${count - failed.length} of ${count} served`,
      }
    },
  },
  {
    id: 'restart',
    work: 'start of hub and proxy until all running servers are known to be ready',
    unit: 's',
    better: 'less',
    reach: 1 / 10,
    repeats: false,
    bound: 'loading three Node programs, the hub’s and the proxy’s after one another',
    measure: restart,
  },
  {
    id: 'memory-after',
    work: 'memory of hub and proxy (PSS) after all that',
    unit: 'MiB',
    better: 'less',
    reach: 0.7,
    repeats: false,
    bound: 'the heap that the load left, not yet given back',
    measure: async (hub, { seconds, people }) => {
      // The start before has made new processes.
      await loadUser(hub, seconds)
      await loadList(hub, { people, seconds })
      return memory(hub)
    },
  },
]
