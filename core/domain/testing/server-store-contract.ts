import { describe, expect, test } from 'vitest'

import type { ServerStore } from '../servers/server-store.ts'

const adas = { user: 'ada', name: '' }
const now = new Date('2030-01-01T00:00:00Z')
const later = new Date('2030-01-01T01:00:00Z')
const handle = { adapter: 'fake', publicId: '0123456789abcdef', pid: 7 }
const address = { kind: 'unix', path: '/run/s.sock', owner: 1000 } as const

/** What every store of servers promises. `make` gives one that knows `ada` and `bob`, and no server. */
export function describeServerStore(name: string, make: () => Promise<ServerStore>): void {
  describe(`${name} keeps the server store contract`, () => {
    test('a server is stopped when it is first heard of, and the same one afterwards', async () => {
      const store = await make()

      const made = await store.ensure(adas, now)

      expect(made).toMatchObject({
        id: adas,
        state: 'stopped',
        wanted: 'stopped',
        handle: null,
        failure: null,
      })
      expect(await store.ensure(adas, later)).toEqual(made)
      expect(await store.find(adas)).toEqual(made)
    })

    test('an unknown person has no server', async () => {
      const store = await make()

      await expect(store.ensure({ user: 'nobody', name: '' }, now)).rejects.toMatchObject({
        code: 'not_found',
      })
      expect(await store.find({ user: 'nobody', name: '' })).toBeUndefined()
    })

    test('what a transition sets comes back as it was, and the rest stays', async () => {
      const store = await make()
      await store.ensure(adas, now)
      const failure = { reason: 'It ended.', log: ['one', 'two'] }

      await store.move(
        adas,
        { states: ['stopped'] },
        {
          state: 'spawning',
          wanted: 'running',
          publicId: handle.publicId,
          stateSince: now,
          startedAt: now,
        },
      )
      await store.move(adas, { states: ['spawning'] }, { handle, address })
      const found = await store.move(
        adas,
        { states: ['spawning'] },
        { state: 'failed', failure, stateSince: later },
      )

      expect(found).toMatchObject({
        state: 'failed',
        wanted: 'running',
        publicId: handle.publicId,
        handle,
        address,
        failure,
        startedAt: now,
        stateSince: later,
      })
      expect(await store.find(adas)).toEqual(found)
    })

    test('of two that make the same transition at once, one does', async () => {
      const store = await make()
      await store.ensure(adas, now)
      const go = (publicId: string) =>
        store.move(adas, { states: ['stopped', 'failed'] }, { state: 'spawning', publicId })

      const moved = await Promise.all([go('a'.repeat(16)), go('b'.repeat(16)), go('c'.repeat(16))])

      expect(moved.filter((server) => server !== undefined)).toHaveLength(1)
    })

    test('a transition of an earlier start does not touch a later one', async () => {
      const store = await make()
      await store.ensure(adas, now)
      await store.move(
        adas,
        { states: ['stopped'] },
        { state: 'spawning', publicId: 'b'.repeat(16) },
      )

      expect(
        await store.move(
          adas,
          { states: ['spawning'], publicId: 'a'.repeat(16) },
          { state: 'ready' },
        ),
      ).toBeUndefined()
      expect(await store.find(adas)).toMatchObject({ state: 'spawning' })
    })

    test('a transition can take away what an earlier one set', async () => {
      const store = await make()
      await store.ensure(adas, now)
      const failure = { reason: 'It ended.', log: [] }
      await store.move(adas, { states: ['stopped'] }, { handle, address, failure, startedAt: now })

      const found = await store.move(
        adas,
        { states: ['stopped'] },
        { handle: null, address: null, failure: null, startedAt: null },
      )

      expect(found).toMatchObject({ handle: null, address: null, failure: null, startedAt: null })
      expect(await store.find(adas)).toEqual(found)
    })

    test('a transition that sets nothing finds the row where it should be, or does not', async () => {
      const store = await make()
      const made = await store.ensure(adas, now)

      expect(await store.move(adas, { states: ['stopped'] }, {})).toEqual(made)
      expect(await store.move(adas, { states: ['ready'] }, {})).toBeUndefined()
      expect(await store.move({ user: 'ada', name: 'gpu' }, { states: ['stopped'] }, {})).toBe(
        undefined,
      )
    })

    test('servers of one person go their own ways, whatever they are called', async () => {
      const store = await make()
      const names = ['', 'gpu', "a'b", 'ü/ö', '%']
      for (const name of names) await store.ensure({ user: 'ada', name }, now)

      await store.move({ user: 'ada', name: '%' }, { states: ['stopped'] }, { state: 'spawning' })

      expect((await store.listOf('ada')).map(({ id }) => id.name).toSorted()).toEqual(
        names.toSorted(),
      )
      expect((await store.listActive()).map(({ id }) => id)).toEqual([{ user: 'ada', name: '%' }])
    })

    test('the same server is made once when two ask at once', async () => {
      const store = await make()

      const made = await Promise.all([store.ensure(adas, now), store.ensure(adas, now)])

      expect(made[0]).toEqual(made[1])
      expect(await store.listOf('ada')).toHaveLength(1)
    })

    test('what is at rest is not active; one person does not see the servers of another', async () => {
      const store = await make()
      for (const user of ['ada', 'bob']) await store.ensure({ user, name: '' }, now)
      await store.move(adas, { states: ['stopped'] }, { state: 'ready' })

      expect((await store.listActive()).map(({ id }) => id.user)).toEqual(['ada'])
      expect((await store.listOf('bob')).map(({ id }) => id.user)).toEqual(['bob'])
      expect(await store.listOfAll([])).toEqual([])
      expect((await store.listOfAll(['bob', 'nobody'])).map(({ id }) => id.user)).toEqual(['bob'])
      expect(await store.listOfAll(['ada', 'bob'])).toHaveLength(2)
    })

    test('a server that is made has what was said of it, and is made once', async () => {
      const store = await make()
      const gpu = { user: 'ada', name: 'gpu' }
      const about = { displayName: 'Große GPU', userOptions: { size: ['large', 2] } }

      const made = await store.create(gpu, about, now)

      expect(made).toMatchObject({ ...about, id: gpu, state: 'stopped', stateSince: now })
      await expect(store.create(gpu, about, later)).rejects.toMatchObject({
        code: 'already_exists',
      })
      await expect(store.create({ user: 'nobody', name: 'gpu' }, about, now)).rejects.toMatchObject(
        { code: 'not_found' },
      )
    })

    test('a server at rest is called otherwise, and a running one is not', async () => {
      const store = await make()
      const [gpu, cpu] = ['gpu', 'cpu'].map((name) => ({ user: 'ada', name }))
      if (!gpu || !cpu) throw new Error('unreachable')
      const about = { displayName: 'GPU', userOptions: { size: 1 } }
      await store.create(gpu, about, now)
      await store.create({ user: 'bob', name: 'cpu' }, about, now)

      const renamed = await store.edit(gpu, { name: 'cpu', userOptions: { size: 2 } })

      expect(renamed).toMatchObject({ id: cpu, displayName: 'GPU', userOptions: { size: 2 } })
      expect([await store.find(gpu), await store.find(cpu)]).toEqual([undefined, renamed])
      expect(await store.edit(gpu, { displayName: 'gone' })).toBeUndefined()
      await store.move(cpu, { states: ['stopped'] }, { state: 'ready' })
      expect(await store.edit(cpu, { name: 'gpu' })).toBeUndefined()
    })

    test('a name that is taken is not given a second time', async () => {
      const store = await make()
      const about = { displayName: '', userOptions: {} }
      const [gpu, cpu] = ['gpu', 'cpu'].map((name) => ({ user: 'ada', name }))
      if (!gpu || !cpu) throw new Error('unreachable')
      await store.create(gpu, about, now)
      await store.create(cpu, about, now)

      await expect(store.edit(gpu, { name: 'cpu' })).rejects.toMatchObject({
        code: 'already_exists',
      })
      expect(await store.edit(gpu, { name: 'gpu', displayName: 'x' })).toMatchObject({
        displayName: 'x',
      })
    })

    test('a server at rest is taken away, and a running one is not', async () => {
      const store = await make()
      await store.ensure(adas, now)
      await store.move(adas, { states: ['stopped'] }, { state: 'ready', wanted: 'removed' })

      expect(await store.remove(adas)).toBe(false)
      await store.move(adas, { states: ['ready'] }, { state: 'failed' })

      expect([await store.remove(adas), await store.remove(adas)]).toEqual([true, false])
      expect(await store.find(adas)).toBeUndefined()
    })

    test('what is active is counted, of all and of one person', async () => {
      const store = await make()
      expect(await store.countActive('ada')).toEqual({ all: 0, own: 0 })
      const ids = [adas, { user: 'ada', name: 'gpu' }, { user: 'bob', name: '' }]
      for (const id of ids) {
        await store.ensure(id, now)
        await store.move(id, { states: ['stopped'] }, { state: 'spawning' })
      }
      await store.move(adas, { states: ['spawning'] }, { state: 'failed' })

      expect(await store.countActive('ada')).toEqual({ all: 2, own: 1 })
      expect(await store.countActive('nobody')).toEqual({ all: 2, own: 0 })
    })

    test('a transition may ask for the hub that holds the lease, or for the lease as it was seen', async () => {
      const store = await make()
      await store.ensure(adas, now)
      const lease = { holder: 'one', until: now }
      const from = (rest: object) => ({ states: ['stopped', 'spawning'] as const, ...rest })
      await store.move(adas, from({ lease: null }), { state: 'spawning', lease })

      expect(await store.move(adas, from({ holder: 'two' }), {})).toBeUndefined()
      expect(await store.move(adas, from({ lease: null }), {})).toBeUndefined()
      expect(
        await store.move(adas, from({ lease: { ...lease, until: later } }), {}),
      ).toBeUndefined()
      expect(await store.move(adas, from({ holder: 'one' }), {})).toMatchObject({ lease })
      expect(await store.move(adas, from({ lease }), { lease: null })).toMatchObject({
        lease: null,
      })
    })

    test('of two that take the same lease at once, one gets it', async () => {
      const store = await make()
      await store.ensure(adas, now)
      const seen = { holder: 'gone', until: now }
      await store.move(adas, { states: ['stopped'] }, { state: 'spawning', lease: seen })
      const take = (holder: string) =>
        store.move(adas, { states: ['spawning'], lease: seen }, { lease: { holder, until: later } })

      const taken = await Promise.all([take('one'), take('two'), take('three')])

      expect(taken.filter((server) => server !== undefined)).toHaveLength(1)
    })

    test('a hub renews and drops its own leases, of what is on its way', async () => {
      const store = await make()
      const states = { a: 'spawning', b: 'stopping', c: 'ready', d: 'spawning' } as const
      for (const [name, state] of Object.entries(states)) {
        const lease = { holder: name === 'd' ? 'two' : 'one', until: now }
        await store.ensure({ user: 'ada', name }, now)
        await store.move({ user: 'ada', name }, { states: ['stopped'] }, { state, lease })
      }
      const leases = async () =>
        Object.fromEntries((await store.listOf('ada')).map(({ id, lease }) => [id.name, lease]))

      expect((await store.listUnderway()).map(({ id }) => id.name).toSorted()).toEqual([
        'a',
        'b',
        'd',
      ])
      await store.renewLeases({ holder: 'one', until: later })
      const renewed = { holder: 'one', until: later }
      const others = { c: { holder: 'one', until: now }, d: { holder: 'two', until: now } }
      expect(await leases()).toEqual({ a: renewed, b: renewed, ...others })
      await store.dropLeases('one')
      expect(await leases()).toEqual({ a: null, b: null, ...others })
    })

    test('that a server is kept and left alone is remembered', async () => {
      const store = await make()
      await store.ensure(adas, now)
      expect(await store.find(adas)).toMatchObject({ keptAt: null, exempt: false })

      await store.move(adas, { states: ['stopped'] }, { keptAt: later, exempt: true })

      expect(await store.find(adas)).toMatchObject({ keptAt: later, exempt: true })
      await store.move(adas, { states: ['stopped'] }, { exempt: false })
      expect(await store.find(adas)).toMatchObject({ keptAt: later, exempt: false })
    })

    test('activity moves on, and never back', async () => {
      const store = await make()
      await store.ensure(adas, now)

      await store.touch(adas, later)
      await store.touch(adas, now)

      expect((await store.find(adas))?.lastActivity).toEqual(later)
    })
  })
}
