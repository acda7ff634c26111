import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeProbe } from '../testing/fake-probe.ts'
import { FakeRouteTable } from '../testing/fake-route-table.ts'
import { FakeServerStore } from '../testing/fake-server-store.ts'
import { FakeMachine, FakeSpawner } from '../testing/fake-spawner.ts'
import { noLimits, serverSettings } from '../testing/server-settings.ts'
import type { User } from '../users/user.ts'
import { Addresses } from './addresses.ts'
import { ServerService } from './server-service.ts'
import type { ServerSettings } from './server-settings.ts'

const NAMES = ['ada', 'bob', 'cyd'] as const
const people = new Map<string, User>(
  NAMES.map((name, index) => [
    name,
    {
      id: index + 1,
      name,
      admin: false,
      createdAt: new Date(0),
      lastActivity: null,
      locked: false,
      groups: name === 'cyd' ? ['many'] : [],
      home: name,
      shared: [],
    },
  ]),
)

let clock: ManualClock
let machine: FakeMachine
let store: FakeServerStore
let probe: FakeProbe
let settings: ServerSettings
let service: ServerService

beforeEach(() => {
  clock = new ManualClock()
  machine = new FakeMachine()
  store = new FakeServerStore(NAMES)
  settings = serverSettings({ starts: { atOnce: 1, perPerson: 0 } })
  probe = new FakeProbe({ answers: 'when told' })
  service = hub()
})

function hub(): ServerService {
  const quiet = () => undefined
  return new ServerService({
    hub: 'hub',
    servers: store,
    users: {
      touch: async () => undefined,
      find: async (name) => people.get(name),
      findById: async (id) => [...people.values()].find((user) => user.id === id),
    },
    spawner: new FakeSpawner(machine),
    probe,
    routes: new FakeRouteTable(),
    tokens: { issue: async () => 'secret', revoke: async () => undefined },
    clock,
    events: {
      started: quiet,
      failed: quiet,
      stopped: quiet,
      orphanStopped: quiet,
      troubled: (doing, error) => {
        throw new Error(`${doing}: ${String(error)}`)
      },
    },
    settings: () => settings,
    addresses: new Addresses({ publicUrl: 'http://hub.example', subdomains: false }),
  })
}

const of = (user: string, name = '') => ({ user, name })
const started = () => machine.started.map(({ id }) => `${id.user}/${id.name}`)
const answer = async () => {
  const last = machine.started.at(-1)
  const row = last && (await store.find(last.id))
  if (row?.address) probe.answer(row.address)
  await clock.advance(1000)
}
const messages = async (user: string) => {
  const leave = new AbortController()
  const said: string[] = []
  const events = await service.progress(of(user), leave.signal)
  setImmediate(() => leave.abort())
  for await (const { message } of events) said.push(message)
  return said
}

describe('a storm of starts', () => {
  test('is a line in which people take turns, and each sees his place', async () => {
    for (const name of ['', 'b', 'c']) await service.start(of('ada', name))
    await service.start(of('bob'))
    await service.start(of('cyd'))
    await clock.advance(1000)

    expect(started()).toEqual(['ada/'])
    expect(await messages('cyd')).toEqual(['Waiting for its turn: 2 starts are before it'])
    for (let i = 0; i < 4; i++) await answer()
    expect(started()).toEqual(['ada/', 'ada/b', 'bob/', 'cyd/', 'ada/c'])
  })

  test('time in the line is not time to start', async () => {
    await service.start(of('ada'))
    await service.start(of('bob'))
    await clock.advance(59_000)
    await answer()

    await clock.advance(30_000)

    expect((await service.get(of('bob')))?.state).toBe('spawning')
    await clock.advance(31_000)
    expect((await service.get(of('bob')))?.failure?.reason).toContain('within 60 s')
  })

  test('a start that waits can be given up, and leaves nothing', async () => {
    await service.start(of('ada'))
    await service.start(of('bob'))
    await service.start(of('cyd'))

    await service.stop(of('bob'))
    await answer()

    expect(started()).toEqual(['ada/', 'cyd/'])
    expect((await service.get(of('bob')))?.state).toBe('stopped')
  })

  test('a line outlives its hub, in its order', async () => {
    for (const user of ['bob', 'ada', 'cyd']) {
      await service.start(of(user))
      await clock.advance(10)
    }
    const before = machine.started.length

    service = hub()
    await service.reconcile()
    await clock.advance(1000)

    // What ran on is waited for beside the line.
    expect(started().slice(before)).toEqual(['ada/'])
    expect(await messages('cyd')).toEqual(['Waiting for its turn: it is the next to start'])
  })
})

describe('limits', () => {
  const limits = {
    ...noLimits,
    active: 3,
    activePerPerson: 1,
    groups: { many: { activePerPerson: 0 } },
  }

  test('of running servers hold for all, for one person, and otherwise for a group', async () => {
    settings = serverSettings({ limits })
    const start = (user: string, name: string) =>
      service.start(of(user, name)).then(
        () => 'started',
        (error: Error) => error.message,
      )

    expect(await start('ada', '')).toBe('started')
    expect(await start('ada', 'b')).toContain('ada has 1 running servers')
    expect(await Promise.all(['', 'b', 'c'].map((name) => start('cyd', name)))).toEqual([
      'started',
      'started',
      expect.stringContaining('3 servers run, as many as this hub takes'),
    ])
    await expect(service.get(of('ada', 'b'))).resolves.toBeUndefined()
  })

  test('a time to come again is measured, or not given', async () => {
    settings = serverSettings({ limits: { ...noLimits, active: 2 } })
    const refusal = () => service.start(of('cyd')).catch((error: unknown) => error)
    await service.start(of('ada'))
    await service.start(of('bob'))
    expect(await refusal()).toMatchObject({ code: 'too_many', retryAfter: undefined })
    for (let i = 0; i < 3; i++) {
      await clock.advance(30_000)
      await service.stop(of('ada'))
      await service.stop(of('bob'))
      await service.start(of('ada'))
      await service.start(of('bob'))
    }
    await clock.advance(30_000)

    // Six ended within the last 90 s.
    expect(await refusal()).toMatchObject({ code: 'too_many', retryAfter: 15 })
  })

  test('of named servers count those that there are', async () => {
    settings = serverSettings({ limits: { ...noLimits, named: 1 } })
    await service.create(of('ada', 'gpu'), { displayName: 'My GPU' })

    await expect(service.start(of('ada', 'cpu'))).rejects.toThrow('ada has 1 named servers')
    await expect(service.start(of('ada', 'gpu'))).resolves.toMatchObject({ displayName: 'My GPU' })
    await expect(service.start(of('ada'))).resolves.toBeDefined()
    settings = serverSettings({ limits: { ...noLimits, namedAllowed: false } })
    await expect(service.create(of('bob', 'gpu'), {})).rejects.toThrow('no named servers')
  })
})

describe('a named server', () => {
  test('is made, changed and taken away', async () => {
    await service.create(of('ada', 'gpu'), { userOptions: { size: 1 } })
    await service.edit(of('ada', 'gpu'), { name: 'big', userOptions: { size: 2 } })

    expect(await service.get(of('ada', 'big'))).toMatchObject({ userOptions: { size: 2 } })
    await expect(service.create(of('ada', 'big'), {})).rejects.toMatchObject({
      code: 'already_exists',
    })
    await service.remove(of('ada', 'big'))
    expect(await service.listOf('ada')).toEqual([])
    await expect(service.remove(of('ada', 'big'))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('that runs is stopped before it is taken away, by a hub that comes back too', async () => {
    await service.start(of('ada', 'gpu'))
    await clock.advance(0)
    await answer()
    await store.move(
      of('ada', 'gpu'),
      { states: ['ready'] },
      { state: 'stopping', wanted: 'removed' },
    )

    await hub().reconcile()

    expect([machine.alive, await store.listOf('ada')]).toEqual([[], []])
  })

  test('is not changed while it runs, and the default one is not taken away', async () => {
    await service.start(of('ada', 'gpu'))

    await expect(service.edit(of('ada', 'gpu'), { name: 'x' })).rejects.toThrow('active')
    await expect(service.remove(of('ada'))).rejects.toMatchObject({ code: 'conflict' })
  })
})
