import { beforeEach, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'
import { hashSecret } from '#core/base/random.ts'

import { FakeEndedStore } from '../testing/fake-ended-store.ts'
import { FakePeople } from '../testing/fake-people.ts'
import { FakeRouteTable } from '../testing/fake-route-table.ts'
import { FakeHeldCredentialStore, FakeSessionStore } from '../testing/fake-session-store.ts'
import { sessionOf } from '../testing/people-stores.ts'
import { AccessEnded } from './access-ended.ts'

let people: FakePeople
let sessions: FakeSessionStore
let routes: FakeRouteTable
const clock = new ManualClock()
let store: FakeEndedStore
let troubles: unknown[]
let ended: AccessEnded
let ada: number

beforeEach(async () => {
  people = new FakePeople()
  sessions = new FakeSessionStore(people)
  routes = new FakeRouteTable()
  store = new FakeEndedStore()
  troubles = []
  ended = make('one', routes)
  ada = people.add({ name: 'ada', admin: false, createdAt: new Date() }).id
  await sessions.create(sessionOf(ada, { id: 'one' }))
})

const make = (hub: string, table: FakeRouteTable) =>
  new AccessEnded({
    hub,
    held: new FakeHeldCredentialStore(people),
    store,
    routes: table,
    clock,
    troubled: (doing) => troubles.push(doing),
  })

test('what one hub ends another’s proxy hears of, once', async () => {
  const others = new FakeRouteTable()
  const other = make('two', others)
  await ended.ofSession('one', () => sessions.remove('one'))
  await ended.toServers(ada, [])

  await other.hear()
  await other.hear()
  await ended.hear()

  const said = [{ credentials: [hashSecret('one')] }]
  expect(others.closed).toEqual(said)
  expect(routes.closed).toEqual(said)
  await clock.advance(16_000)
  await make('three', others).hear()
  expect(others.closed).toEqual(said)
})

test('what a person held is read before it is deleted, and closed after', async () => {
  const order: string[] = []

  const answer = await ended.ofPerson(ada, async () => {
    expect(routes.closed).toEqual([])
    await sessions.removeOf(ada)
    order.push('deleted')
    return 'done'
  })

  expect(answer).toBe('done')
  expect(order).toEqual(['deleted'])
  expect(routes.closed).toEqual([{ credentials: [hashSecret('one')] }])
})

test('a deletion that fails closes nothing', async () => {
  const failing = ended.ofSession('one', () => Promise.reject(new Error('the disk is full')))

  await expect(failing).rejects.toThrow('the disk is full')
  expect(routes.closed).toEqual([])
})

test('a proxy that does not answer is told of, and changes nothing about the end', async () => {
  routes.fail = true

  await ended.ofSession('one', () => sessions.remove('one'))

  expect(troubles).toHaveLength(1)
  expect(people.sessions.size).toBe(0)
})

test('whoever may not come into servers any more is shown out of these alone', async () => {
  await ended.toServers(ada, [
    { user: 'bob', name: '' },
    { user: 'josé', name: 'gpu' },
  ])

  const credentials = [hashSecret('one')]
  expect(routes.closed).toEqual([
    { prefix: '/user/bob/', credentials },
    { prefix: '/user/jos%C3%A9/gpu/', credentials },
  ])
})

test('who holds nothing has nothing open: nobody is asked', async () => {
  await ended.toServers(ada, [])
  await ended.toServers(4711, [{ user: 'bob', name: '' }])
  await ended.ofTokens([4711], async () => undefined)

  expect(routes.closed).toEqual([])
})
