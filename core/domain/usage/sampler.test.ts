import { beforeEach, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeServerStore } from '../testing/fake-server-store.ts'
import { FakeUsageStore } from '../testing/fake-usage-store.ts'
import type { ServerUsage } from '../servers/usage.ts'
import { UsageSampler } from './sampler.ts'

let clock: ManualClock
let servers: FakeServerStore
let store: FakeUsageStore
let used: ServerUsage
let sampler: UsageSampler
const epoch = new Date(0)

beforeEach(async () => {
  clock = new ManualClock()
  servers = new FakeServerStore(['ada'])
  store = new FakeUsageStore()
  used = { memory: { value: 100 }, cpu: { value: 2 }, disk: { value: null, why: 'not counted' } }
  sampler = made()
  const id = { user: 'ada', name: '' }
  const handle = { adapter: 'fake', publicId: 'a' }
  await servers.ensure(id, clock.now())
  await servers.move(
    id,
    { states: ['stopped'] },
    { state: 'ready', publicId: 'a', startedAt: clock.now(), handle },
  )
})

function made(): UsageSampler {
  return new UsageSampler({
    servers,
    spawner: { usage: async () => new Map([['a', used]]) },
    store,
    clock,
    settings: () => ({ keepMs: 7_200_000 }),
  })
}

const spent = async () => (await store.minutes({ from: epoch })).map(({ cpuMs }) => cpuMs)

test('what is written is what was used since the last look', async () => {
  await clock.advance(60_000)
  await sampler.sample()
  used = { ...used, cpu: { value: 5.5 }, memory: { value: 200 } }
  await clock.advance(60_000)
  await sampler.sample()

  expect(await store.minutes({ from: epoch })).toMatchObject([
    { at: new Date('2030-01-01T00:01:00Z'), memoryMean: 100, cpuMs: 2000, diskMost: null },
    { at: new Date('2030-01-01T00:02:00Z'), memoryMean: 200, cpuMs: 3500 },
  ])
})

test('a hub that comes back does not count what was used before', async () => {
  await clock.advance(3_600_000)
  used = { ...used, cpu: { value: 1000 } }
  sampler = made()

  await sampler.sample()

  expect(await spent()).toEqual([0])
})

test('processor time never goes back, and what is not known is not written', async () => {
  await sampler.sample()
  used = { ...used, cpu: { value: 1 } }
  await clock.advance(60_000)
  await sampler.sample()
  expect(await spent()).toEqual([2000, 0])
})

test('minutes are kept for a day, and hours for as long as is said', async () => {
  await sampler.sample()
  await clock.advance(7_100_000)
  await sampler.prune()
  expect(await store.hours({ from: epoch })).toHaveLength(1)
  await clock.advance(200_000)
  await sampler.prune()
  expect(await store.hours({ from: epoch })).toEqual([])
  expect(await store.minutes({ from: epoch })).toHaveLength(1)
  await clock.advance(86_400_000)
  await sampler.prune()
  expect(await store.minutes({ from: epoch })).toEqual([])
})
