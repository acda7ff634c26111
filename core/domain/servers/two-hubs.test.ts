import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeProbe } from '../testing/fake-probe.ts'
import { FakeRouteTable } from '../testing/fake-route-table.ts'
import { FakeServerStore } from '../testing/fake-server-store.ts'
import { FakeMachine, FakeSpawner } from '../testing/fake-spawner.ts'
import { serverSettings } from '../testing/server-settings.ts'
import type { User } from '../users/user.ts'
import { Addresses } from './addresses.ts'
import { LEASE_MS, LOOK_MS } from './lease.ts'
import { ServerService } from './server-service.ts'

const adas = { user: 'ada', name: '' }
const ada: User = {
  id: 1,
  name: 'ada',
  admin: false,
  createdAt: new Date(0),
  lastActivity: null,
  locked: false,
  groups: [],
  home: 'ada',
  shared: [],
}

let machine: FakeMachine
let store: FakeServerStore
let events: string[]
let one: Hub
let two: Hub

/** A hub with a proxy of its own, over the same database and machine as the others. */
interface Hub {
  /** Goes as it likes; one that stands still is that of a hub that was killed. */
  readonly clock: ManualClock
  readonly service: ServerService
  readonly routes: FakeRouteTable
}

function hub(name: string, answers: 'at once' | 'when told' = 'at once'): Hub {
  const clock = new ManualClock(new Date(name === 'one' ? '2030-01-01' : '2029-12-31'))
  const routes = new FakeRouteTable()
  const say = (what: string) => events.push(`${name} ${what}`)
  const service = new ServerService({
    hub: name,
    servers: store,
    users: { touch: async () => undefined, findById: async () => ada, find: async () => ada },
    spawner: new FakeSpawner(machine),
    probe: new FakeProbe({ answers }),
    routes,
    tokens: { issue: async () => 'secret', revoke: async () => undefined },
    clock,
    events: {
      started: () => say('started'),
      failed: (_server, reason) => say(`failed: ${reason}`),
      stopped: () => say('stopped'),
      orphanStopped: () => say('orphan stopped'),
      troubled: (doing, error) => say(`trouble ${doing}: ${String(error)}`),
    },
    settings: () => serverSettings(),
    addresses: new Addresses({ publicUrl: 'http://hub.example', subdomains: false }),
  })
  return { clock, service, routes }
}

beforeEach(() => {
  machine = new FakeMachine()
  store = new FakeServerStore(['ada'])
  events = []
  one = hub('one')
  two = hub('two')
})

/** Time passes for these hubs, and they do what they do as it passes. */
async function pass(ms: number, ...hubs: readonly Hub[]): Promise<void> {
  for (let left = ms; left > 0; left -= LOOK_MS) {
    for (const { clock, service } of hubs) {
      await clock.advance(LOOK_MS)
      await service.look()
      await service.reconcile()
      await clock.advance(0)
    }
  }
}

describe('a start that goes on in one hub', () => {
  beforeEach(async () => {
    one = hub('one', 'when told')
    await one.service.start(adas)
    await one.clock.advance(0)
  })

  test('is left to it by the others, however long it takes', async () => {
    await pass(4 * LEASE_MS, one, two)

    expect(machine.started).toHaveLength(1)
    expect(await two.service.get(adas)).toMatchObject({ state: 'spawning' })
    expect(events).toEqual([])
  })

  test('is answered by another hub as it is', async () => {
    expect(await two.service.start(adas)).toMatchObject({ state: 'spawning' })
    expect(machine.started).toHaveLength(1)
  })

  test('is taken over within 15 s when that hub is no more, and goes on with the same process', async () => {
    await pass(12_000, two)

    expect(await two.service.get(adas)).toMatchObject({ state: 'ready' })
    expect(machine.started).toHaveLength(1)
    expect([...two.routes.routes.keys()]).toEqual(['/user/ada/'])
  })

  test('is begun anew by the other hub when its process is gone as well', async () => {
    machine.die(machine.alive[0] ?? '')

    await pass(12_000, two)

    expect(await two.service.get(adas)).toMatchObject({ state: 'ready' })
    expect(machine.started).toHaveLength(2)
    expect(machine.alive).toHaveLength(1)
  })

  test('is begun anew by the other hub when it is not known which process was made, and that one is ended before', async () => {
    await store.move(adas, { states: ['spawning'] }, { handle: null, address: null })
    const before = machine.alive

    for (let ms = 0; ms <= 12_000; ms += LOOK_MS) {
      await two.clock.advance(LOOK_MS)
      await two.service.look()
      await two.clock.advance(0)
    }

    expect(machine.started).toHaveLength(2)
    expect(machine.alive).toHaveLength(1)
    expect(machine.alive).not.toEqual(before)
    expect(events).not.toContain('two orphan stopped')
  })

  test('is taken over by one of several', async () => {
    const three = hub('three')

    await pass(14_000, two, three)

    expect(events.filter((event) => event.endsWith(' started'))).toHaveLength(1)
    expect(machine.started).toHaveLength(1)
  })

  test('is taken over at once by the next hub on the same data directory', async () => {
    const again = hub('one')

    await again.service.reconcile()

    expect(await again.service.settled(adas, 1000)).toMatchObject({ state: 'ready' })
    expect(machine.started).toHaveLength(1)
  })

  test('is taken over at once when that hub ended in an orderly way', async () => {
    const ended = one.service.quiesce(1000)
    await one.clock.advance(1000)
    await ended

    await pass(LOOK_MS, two)

    expect(await two.service.get(adas)).toMatchObject({ state: 'ready' })
  })

  test('is cancelled by a stop in another hub, and leaves nothing', async () => {
    await two.service.stop(adas)
    expect(await two.service.get(adas)).toMatchObject({ state: 'stopped' })
    const said = Array.fromAsync(await progressOf(one))

    await pass(LOOK_MS, one, two)

    expect(machine.alive).toEqual([])
    expect(await one.service.get(adas)).toMatchObject({ state: 'stopped' })
    expect((await said).at(-1)).toMatchObject({ failed: true, message: 'The start was given up.' })
    expect(events).toEqual(['two stopped'])
  })

  test('stopped by another hub and started there again, is not disturbed by the first', async () => {
    await two.service.stop(adas)
    await two.service.start(adas)

    await pass(2 * LEASE_MS, one, two)

    expect(await two.service.get(adas)).toMatchObject({ state: 'ready' })
    expect(machine.alive).toHaveLength(1)
    expect(events.filter((event) => event.includes('failed'))).toEqual([])
  })
})

describe('whoever watches in another hub', () => {
  test('sees the start to its end, and the way is open there', async () => {
    one = hub('one', 'when told')
    await one.service.start(adas)
    await one.clock.advance(0)
    const said = Array.fromAsync(await progressOf(two))
    const settled = two.service.settled(adas, 60_000)
    one = hub('one')
    await one.service.reconcile()

    await pass(4000, one, two)

    expect((await said).at(-1)).toMatchObject({ ready: true, url: '/user/ada/' })
    expect(await settled).toMatchObject({ state: 'ready' })
    expect([...two.routes.routes.keys()]).toEqual(['/user/ada/'])
  })

  test('waits for it no longer than he said', async () => {
    one = hub('one', 'when told')
    await one.service.start(adas)
    await one.clock.advance(0)
    const settled = two.service.settled(adas, 1000)

    await two.clock.advance(1000)

    expect(await settled).toMatchObject({ state: 'spawning' })
  })

  test('goes on seeing it when the hub that he watches in loses it to another', async () => {
    one = hub('one', 'when told')
    await one.service.start(adas)
    await one.clock.advance(0)
    const said = Array.fromAsync(await progressOf(one))
    await pass(12_000, two)

    await pass(LOOK_MS, one)

    expect((await said).at(-1)).toMatchObject({ ready: true })
    expect(machine.alive).toHaveLength(1)
  })
})

describe('a server that one hub brought up', () => {
  beforeEach(async () => {
    await one.service.start(adas)
    await one.service.settled(adas, 1000)
  })

  test('gets a way through the proxy of the other', async () => {
    await pass(LOOK_MS, two)

    expect([...two.routes.routes.keys()]).toEqual(['/user/ada/'])
  })

  test('is stopped by the other, and both ways are closed', async () => {
    await pass(LOOK_MS, two)
    await two.service.stop(adas)

    await pass(LOOK_MS, one, two)

    expect(await one.service.get(adas)).toMatchObject({ state: 'stopped' })
    expect([machine.alive, [...one.routes.routes], [...two.routes.routes]]).toEqual([[], [], []])
  })

  test('is said to have died once, by the hub that knows how', async () => {
    machine.die(machine.alive[0] ?? '', 'it was ended by SIGKILL')

    await two.service.reconcile()
    await pass(2 * LEASE_MS, one, two)

    expect(events).toEqual([
      'one started',
      'one failed: It ended by itself: it was ended by SIGKILL.',
    ])
  })

  test('is said to have died by the other when that hub is no more', async () => {
    machine.die(machine.alive[0] ?? '')

    await pass(LEASE_MS + 2 * LOOK_MS, two)

    expect(await two.service.get(adas)).toMatchObject({ state: 'failed' })
  })
})

test('of two that are asked for the same start at once, one does it', async () => {
  await Promise.all([one.service.start(adas), two.service.start(adas)])
  await pass(LOOK_MS, one, two)

  expect(machine.started).toHaveLength(1)
})

test('of two that are asked for the same stop at once, both answer when it is done', async () => {
  await one.service.start(adas)
  await one.service.settled(adas, 1000)

  const stops = Promise.all([one.service.stop(adas), two.service.stop(adas)])
  await pass(LOOK_MS, one, two)
  await stops

  expect(await two.service.get(adas)).toMatchObject({ state: 'stopped' })
  expect(events.filter((event) => event.endsWith(' stopped'))).toHaveLength(1)
})

function progressOf({ service }: Hub) {
  return service.progress(adas, new AbortController().signal)
}
