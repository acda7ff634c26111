import { beforeEach, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { Access } from '../access/access.ts'
import { RightsService } from '../access/rights-service.ts'
import type { Role } from '../access/roles.ts'
import { FakeEndedStore } from '../testing/fake-ended-store.ts'
import { FakePeople, FakeTokenStore, FakeUserStore } from '../testing/fake-people.ts'
import { FakeRouteTable } from '../testing/fake-route-table.ts'
import { FakeHeldCredentialStore } from '../testing/fake-session-store.ts'
import { tokenOf } from '../testing/people-stores.ts'
import { AccessEnded } from './access-ended.ts'
import { VisitorWatch } from './visitor-watch.ts'

const teacher: Role = {
  name: 'teacher',
  description: '',
  scopes: ['access:servers!user=ada'],
  users: ['bob'],
  groups: [],
  services: [],
}
let roles: readonly Role[]
let people: FakePeople
let routes: FakeRouteTable
let watch: VisitorWatch
let tokens: FakeTokenStore
let bob: number

beforeEach(async () => {
  roles = [teacher]
  people = new FakePeople()
  routes = new FakeRouteTable()
  tokens = new FakeTokenStore(people)
  const held = new FakeHeldCredentialStore(people)
  const clock = new ManualClock()
  const [ada, other] = ['ada', 'bob'].map((name) =>
    people.add({ name, admin: false, createdAt: clock.now() }),
  )
  bob = other?.id ?? 0
  watch = new VisitorWatch({
    held,
    tokens,
    rights: new RightsService({
      access: () => new Access({ roles, customScopes: [] }),
      users: new FakeUserStore(people),
    }),
    ended: new AccessEnded({
      hub: 'one',
      held,
      store: new FakeEndedStore(),
      routes,
      clock,
      troubled: (doing, cause) => {
        throw new Error(doing, { cause })
      },
    }),
  })
  const at = (userId: number, hash: string, owner: string) =>
    tokens.create(
      tokenOf(userId, {
        hash,
        kind: 'oauth',
        clientId: `jupyterhub-user-${owner}`,
        scopes: [`access:servers!server=${owner}/`],
      }),
    )
  await at(bob, 'bob at ada’s', 'ada')
  await at(bob, 'bob at home', 'bob')
  await at(ada?.id ?? 0, 'ada at home', 'ada')
})

test('a visitor stays while something lets him', async () => {
  await watch.look()

  expect(routes.closed).toEqual([])
  expect(people.tokens.size).toBe(3)
})

test('a visitor whose role is gone is shown out, and nobody else; once', async () => {
  roles = []

  await watch.look()
  await watch.look()

  expect(routes.closed).toEqual([{ credentials: ['bob at ada’s'] }])
  expect([...people.tokens.values()].map(({ hash }) => hash)).toEqual([
    'bob at home',
    'ada at home',
  ])
})
