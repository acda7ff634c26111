import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { noCulling } from '../testing/culling-settings.ts'
import { FakeOccupancy } from '../testing/fake-occupancy.ts'
import { FakeServerStore } from '../testing/fake-server-store.ts'
import type { ListedRoute } from '../servers/route-table.ts'
import { prefixOf } from '../servers/server.ts'
import { Culler } from './culler.ts'
import { type CullingSettings, timesOf } from './culling-settings.ts'
import { endOf } from './end-of-server.ts'

const MINUTE = 60_000
const adas = { user: 'ada', name: '' }

let clock: ManualClock
let store: FakeServerStore
let occupancy: FakeOccupancy
let settings: CullingSettings
let said: string[]
let lastUse: Date | undefined
let culler: Culler

beforeEach(async () => {
  clock = new ManualClock()
  store = new FakeServerStore(['ada', 'bob'])
  occupancy = new FakeOccupancy()
  settings = { ...noCulling, idleAfterMs: 60 * MINUTE, warnBeforeMs: 10 * MINUTE }
  said = []
  lastUse = clock.now()
  culler = made()
  await run('ada')
})

function made(): Culler {
  return new Culler({
    servers: store,
    service: {
      stop: async (id) => {
        await store.move(id, { states: ['ready'] }, { state: 'stopped' })
      },
    },
    users: { groupsOf: async () => new Map([['ada', ['course']]]) },
    routes: {
      list: async () =>
        (await store.listActive()).map(({ id }): ListedRoute => ({
          prefix: prefixOf(id),
          target: { kind: 'tcp', host: 'x', port: 1 },
          user: id.user,
          serverName: id.name,
          lastUse,
        })),
    },
    occupancy,
    clock,
    settings: () => settings,
    events: {
      warned: ({ id }, { reason }) => said.push(`${id.user} warned: ${reason}`),
      spared: ({ id }) => said.push(`${id.user} spared`),
      culled: ({ id }, _end, why) => said.push(`${id.user} culled: ${why}`),
      troubled: (doing) => said.push(`trouble ${doing}`),
    },
  })
}

async function run(user: string): Promise<void> {
  const now = clock.now()
  await store.ensure({ user, name: '' }, now)
  await store.move(
    { user, name: '' },
    { states: ['stopped'] },
    { state: 'ready', stateSince: now, startedAt: now, publicId: `id of ${user}` },
  )
}

/** Looks as often as the hub does. */
async function pass(minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    await clock.advance(MINUTE)
    await culler.look()
  }
}

const state = async () => (await store.find(adas))?.state

describe('an idle server', () => {
  test('is warned of, and then stopped', async () => {
    await pass(49)
    expect([await state(), said]).toEqual(['ready', []])

    await pass(1)
    expect(said).toEqual(['ada warned: idle'])
    const server = await store.find(adas)
    expect(server && culler.endOf(server)).toMatchObject({
      warned: true,
      end: { reason: 'idle', at: new Date('2030-01-01T01:00:00Z') },
    })

    await pass(10)
    expect(await state()).toBe('stopped')
    expect(said.at(-1)).toBe('ada culled: nothing was done in it for 3600 s')
  })

  test('is stopped although a page stays open, which only asks', async () => {
    for (let i = 0; i < 60; i++) {
      await store.touch(adas, clock.now())
      await pass(1)
    }

    expect(await state()).toBe('stopped')
  })

  test('is kept by its owner, for as long again', async () => {
    await pass(55)
    await culler.keep(adas)

    await pass(49)
    expect(said).toEqual(['ada warned: idle', 'ada spared'])
    expect((await store.find(adas))?.lastActivity).toEqual(new Date('2030-01-01T00:55:00Z'))
    // By a hub that comes back, too.
    culler = made()
    await pass(9)
    expect(await state()).toBe('ready')
    await pass(2)
    expect(await state()).toBe('stopped')
  })

  test('is not kept where there is none', async () => {
    await expect(culler.keep({ user: 'bob', name: '' })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a server in which something is done', () => {
  test('lives on while a kernel is busy, though nothing is heard of it', async () => {
    occupancy.says.set('ada/', { busy: 'a kernel is busy', lastActivity: new Date(0) })

    await pass(180)

    expect([await state(), said]).toEqual(['ready', []])
    // Not asked all the time: only when its time would come.
    expect(occupancy.asked).toBeLessThan(5)
    occupancy.says.delete('ada/')
    await pass(61)
    expect(await state()).toBe('stopped')
  })

  test('lives as long as after the last activity of its kernels', async () => {
    occupancy.says.set('ada/', { busy: null, lastActivity: new Date('2030-01-01T00:30:00Z') })

    await pass(89)
    expect(await state()).toBe('ready')

    await pass(1)
    expect(await state()).toBe('stopped')
  })

  test('lives on while somebody sends something to it', async () => {
    await pass(40)
    lastUse = clock.now()

    await pass(59)
    expect(await state()).toBe('ready')
    await pass(1)
    expect(await state()).toBe('stopped')
  })

  test('is judged by what it reports where the proxy does not tell', async () => {
    lastUse = undefined
    await pass(40)
    await store.touch(adas, clock.now())

    await pass(59)
    expect(await state()).toBe('ready')
    await pass(1)
    expect(await state()).toBe('stopped')
  })
})

test('a server that does not answer is given as long again', async () => {
  occupancy.says.set('ada/', 'nothing')

  await pass(90)
  expect(await state()).toBe('ready')

  await pass(40)
  expect(await state()).toBe('stopped')
})

describe('a server that is too old', () => {
  beforeEach(() => {
    settings = { ...noCulling, maxAgeMs: 60 * MINUTE, warnBeforeMs: 10 * MINUTE }
  })

  test('is warned of and stopped, busy or not, and cannot be kept', async () => {
    occupancy.says.set('ada/', { busy: 'a kernel is busy', lastActivity: null })
    await pass(55)
    expect(said).toEqual(['ada warned: age'])
    await expect(culler.keep(adas)).rejects.toThrow('age')

    await pass(5)

    expect(await state()).toBe('stopped')
  })

  test('is left alone when an operator says so', async () => {
    await culler.exempt(adas, true)

    await pass(120)
    expect([await state(), said]).toEqual(['ready', []])

    await culler.exempt(adas, false)
    await pass(1)
    expect(await state()).toBe('stopped')
  })
})

test('each server is looked at once a look, and a hundred of them too', async () => {
  store = new FakeServerStore(Array.from({ length: 100 }, (_, i) => `p${i}`))
  culler = made()
  for (let i = 0; i < 100; i++) await run(`p${i}`)

  await pass(50)

  expect(occupancy.asked).toBe(100)
})

describe('times', () => {
  const of = (rest: Partial<CullingSettings>, groups: readonly string[] = []) =>
    timesOf(
      { ...noCulling, idleAfterMs: 10, maxAgeMs: 20, warnBeforeMs: 3, ...rest },
      'ada',
      groups,
    )

  test('of a person go before those of groups, of which the longest hold, and before those of all', () => {
    const groups = { a: { idleAfterMs: 30 }, b: { idleAfterMs: 40, warnBeforeMs: 1 } }
    expect(of({})).toEqual({ idleAfterMs: 10, maxAgeMs: 20, warnBeforeMs: 3 })
    expect(of({ groups }, ['a', 'b', 'c'])).toEqual({
      idleAfterMs: 40,
      maxAgeMs: 20,
      warnBeforeMs: 1,
    })
    expect(of({ groups: { ...groups, a: { idleAfterMs: 0 } } }, ['a', 'b'])?.idleAfterMs).toBe(0)
    expect(of({ groups, users: { ada: { idleAfterMs: 5 } } }, ['a'])?.idleAfterMs).toBe(5)
  })

  test('are none for who is exempt, himself or by a group, and where none are set', () => {
    expect(of({ exempt: { users: ['ada'], groups: [] } })).toBeUndefined()
    expect(of({ exempt: { users: [], groups: ['a'] } }, ['a'])).toBeUndefined()
    expect(of({ idleAfterMs: 0, maxAgeMs: 0 })).toBeUndefined()
  })

  test('the earlier of two ends is the end, and its warning comes after half of the time at the earliest', () => {
    const times = { idleAfterMs: 10, maxAgeMs: 100, warnBeforeMs: 8 }
    const at = (startedAt: number, activeAt: number) =>
      endOf(times, { startedAt: new Date(startedAt), activeAt: new Date(activeAt) })

    expect(at(0, 50)).toEqual({ at: new Date(60), reason: 'idle', warnFrom: new Date(55) })
    expect(at(0, 95)).toEqual({ at: new Date(100), reason: 'age', warnFrom: new Date(92) })
    expect(
      endOf(
        { ...times, idleAfterMs: 0, maxAgeMs: 0 },
        { startedAt: new Date(), activeAt: new Date() },
      ),
    ).toBeNull()
  })
})
