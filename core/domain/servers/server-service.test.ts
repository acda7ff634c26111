import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeProbe } from '../testing/fake-probe.ts'
import { FakeRouteTable } from '../testing/fake-route-table.ts'
import { FakeServerStore } from '../testing/fake-server-store.ts'
import { FakeMachine, FakeSpawner } from '../testing/fake-spawner.ts'
import { serverSettings } from '../testing/server-settings.ts'
import type { User } from '../users/user.ts'
import { Addresses } from './addresses.ts'
import type { ProgressEvent } from './progress.ts'
import { ServerService } from './server-service.ts'
import type { ServerSettings } from './server-settings.ts'

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

let clock: ManualClock
let machine: FakeMachine
let routes: FakeRouteTable
let store: FakeServerStore
let tokens: Set<string>
let events: string[]
let settings: ServerSettings
let service: ServerService

beforeEach(() => {
  clock = new ManualClock()
  machine = new FakeMachine()
  routes = new FakeRouteTable()
  store = new FakeServerStore(['ada'])
  tokens = new Set()
  events = []
  settings = serverSettings()
  service = hub('at once')
})

/** A hub over the same store, machine and proxy: a second one is the first one restarted. */
function hub(answers: 'at once' | 'when told'): ServerService {
  return new ServerService({
    hub: 'one',
    servers: store,
    users: {
      touch: async () => undefined,
      findById: async () => ada,
      find: async (name) => (name === 'ada' ? ada : undefined),
    },
    spawner: new FakeSpawner(machine),
    probe: new FakeProbe({ answers }),
    routes,
    tokens: {
      issue: async ({ publicId }) => {
        tokens.add(publicId)
        return 'secret'
      },
      revoke: async () => tokens.clear(),
    },
    clock,
    events: {
      started: () => events.push('started'),
      failed: (_server, reason) => events.push(`failed: ${reason}`),
      stopped: () => events.push('stopped'),
      orphanStopped: () => events.push('orphan stopped'),
      troubled: (doing, error) => events.push(`trouble ${doing}: ${String(error)}`),
    },
    settings: () => settings,
    addresses: new Addresses({ publicUrl: 'http://hub.example', subdomains: false }),
  })
}

async function allEvents(): Promise<ProgressEvent[]> {
  return Array.fromAsync(await service.progress(adas, new AbortController().signal))
}

describe('starting a server', () => {
  test('brings it up, opens the way to it, and says so', async () => {
    await service.start(adas)
    const said = await allEvents()

    expect(await service.settled(adas, 1000)).toMatchObject({ state: 'ready', wanted: 'running' })
    expect(routes.routes.get('/user/ada/')).toMatchObject({ user: 'ada' })
    expect(said.at(-1)).toMatchObject({ progress: 100, ready: true, url: '/user/ada/' })
  })

  test('twice at once starts one', async () => {
    await Promise.all([service.start(adas), service.start(adas)])
    await service.settled(adas, 1000)

    expect(machine.started).toHaveLength(1)
  })

  test('that runs already is refused', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)

    await expect(service.start(adas)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('of an unknown person is refused', async () => {
    await expect(service.start({ user: 'nobody', name: '' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('that the machine refuses fails with the reason, and leaves nothing', async () => {
    machine.failNext('the machine is full')

    await service.start(adas)
    const failed = await service.settled(adas, 1000)

    expect(failed).toMatchObject({ state: 'failed', failure: { reason: 'the machine is full' } })
    expect([machine.alive, [...routes.routes], [...tokens]]).toEqual([[], [], []])
  })

  test('that never answers is given up after the told time, with the end of its log', async () => {
    service = hub('when told')
    await service.start(adas)
    await clock.advance(0)
    machine.say(machine.alive[0] ?? '', 'still thinking')

    await clock.advance(60_000)

    expect(await service.settled(adas, 1000)).toMatchObject({
      state: 'failed',
      failure: { reason: 'It did not answer within 60 s.', log: ['still thinking'] },
    })
    expect([machine.alive, [...routes.routes]]).toEqual([[], []])
  })

  test('that ends before it answers fails at once, with how it ended', async () => {
    service = hub('when told')
    machine.dieNext('it exited with code 3')
    await service.start(adas)
    await clock.advance(0)

    await clock.advance(1000)

    expect(await service.settled(adas, 1000)).toMatchObject({
      state: 'failed',
      failure: { reason: 'It ended before it answered: it exited with code 3.' },
    })
  })

  test('leaves nothing when the proxy takes no route', async () => {
    routes.fail = true

    await service.start(adas)

    expect(await service.settled(adas, 1000)).toMatchObject({
      state: 'failed',
      failure: { reason: 'the proxy is away' },
    })
    expect(machine.alive).toEqual([])
  })

  test('works again after a failure', async () => {
    machine.failNext('the machine is full')
    await service.start(adas)
    await service.settled(adas, 1000)

    await service.start(adas)

    expect(await service.settled(adas, 1000)).toMatchObject({ state: 'ready', failure: null })
  })
})

describe('stopping a server', () => {
  test('takes the way, the server and its token', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)

    await service.stop(adas)

    expect(await service.get(adas)).toMatchObject({
      state: 'stopped',
      wanted: 'stopped',
      handle: null,
    })
    expect([machine.alive, [...routes.routes], [...tokens]]).toEqual([[], [], []])
  })

  test('gives a start up, whatever it waits for', async () => {
    service = hub('when told')
    await service.start(adas)
    await clock.advance(0)

    await service.stop(adas)

    expect(await service.get(adas)).toMatchObject({ state: 'stopped' })
    expect(machine.alive).toEqual([])
  })

  test('that does not run is fine', async () => {
    await service.stop(adas)

    expect(await service.get(adas)).toBeUndefined()
  })
})

describe('a hub that comes back', () => {
  test('leaves a running server alone', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)

    await hub('at once').reconcile()

    expect(await service.get(adas)).toMatchObject({ state: 'ready' })
    expect(machine.alive).toHaveLength(1)
  })

  test('goes on waiting for a process that was started and had not answered', async () => {
    service = hub('when told')
    await service.start(adas)
    await clock.advance(0)
    const before = machine.alive

    const next = hub('at once')
    await next.reconcile()

    expect(await next.settled(adas, 1000)).toMatchObject({ state: 'ready' })
    expect(machine.alive).toEqual(before)
  })

  test('begins a start anew of which no process is there', async () => {
    await store.ensure(adas, clock.now())
    await store.move(
      adas,
      { states: ['stopped'] },
      { state: 'spawning', wanted: 'running', publicId: 'a'.repeat(16), stateSince: clock.now() },
    )

    await service.reconcile()

    expect(await service.settled(adas, 1000)).toMatchObject({ state: 'ready' })
    expect(machine.alive).toHaveLength(1)
  })

  test('finishes a stop that was half-way', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)
    await store.move(adas, { states: ['ready'] }, { state: 'stopping', wanted: 'stopped' })

    await hub('at once').reconcile()

    expect(await service.get(adas)).toMatchObject({ state: 'stopped' })
    expect(machine.alive).toEqual([])
  })

  test('ends processes that no row knows', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)
    store = new FakeServerStore(['ada'])

    await hub('at once').reconcile()

    expect(machine.alive).toEqual([])
    expect(events).toContain('orphan stopped')
  })

  test('mends the routes: adds what is missing, removes what leads nowhere', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)
    routes.routes.clear()
    const stale = {
      prefix: '/user/bob/',
      target: { kind: 'tcp', host: 'x', port: 1 },
      user: 'bob',
      serverName: '',
    } as const
    routes.routes.set('/user/bob/', stale)

    await service.reconcile()

    expect([...routes.routes.keys()]).toEqual(['/user/ada/'])
  })

  test('sets a route anew of which the proxy was told something else, and leaves others alone', async () => {
    await service.start(adas)
    await service.settled(adas, 1000)
    const prefix = '/user/ada/'
    const route = routes.routes.get(prefix)
    if (!route) throw new Error('there is no route')
    await service.reconcile()
    expect(routes.routes.get(prefix)).toBe(route)
    routes.routes.set(prefix, { ...route, stale: true })

    await service.reconcile()

    expect(routes.routes.get(prefix)).toEqual(route)
  })
})

test('a server that dies after an hour is noticed, with how it ended and the end of its log', async () => {
  await service.start(adas)
  await service.settled(adas, 1000)
  await clock.advance(3_600_000)
  const [publicId = ''] = machine.alive
  machine.say(publicId, 'Killed')
  machine.die(publicId, 'it was ended by SIGKILL')

  await service.reconcile()

  expect(await service.get(adas)).toMatchObject({
    state: 'failed',
    wanted: 'stopped',
    failure: { reason: 'It ended by itself: it was ended by SIGKILL.', log: ['Killed'] },
  })
  expect([[...routes.routes], [...tokens]]).toEqual([[], []])
  expect((await allEvents()).at(-1)).toMatchObject({ failed: true, log: ['Killed'] })
})

test('one server that cannot be looked after does not keep the others waiting', async () => {
  await service.start(adas)
  await service.settled(adas, 1000)
  routes.fail = true

  await service.reconcile()

  expect(events.at(-1)).toMatch(/trouble mending the routes/)
  expect(await service.get(adas)).toMatchObject({ state: 'ready' })
})

test('the progress of what does not start is no stream', async () => {
  await expect(service.progress(adas, new AbortController().signal)).rejects.toMatchObject({
    code: 'invalid',
  })
})
