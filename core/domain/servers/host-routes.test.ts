import { expect, test } from 'vitest'

import { FakeRouteTable } from '../testing/fake-route-table.ts'
import { describeRouteTable } from '../testing/route-table-contract.ts'
import { Addresses } from './addresses.ts'
import { HostRoutes } from './host-routes.ts'

const addresses = new Addresses({ publicUrl: 'http://hub.example:8000', subdomains: true })
const target = { kind: 'unix', path: '/run/x/s.sock', owner: 1000 } as const

describeRouteTable(
  'HostRoutes, over the fake,',
  async () => new HostRoutes(new FakeRouteTable(), addresses),
)

test('the proxy gets the host before the path, and is asked to close by it', async () => {
  const fake = new FakeRouteTable()
  const routes = new HostRoutes(fake, addresses)

  await routes.add({ prefix: '/user/jos%C3%A9/', target, user: 'josé', serverName: '' })
  await routes.closeConnections({ prefix: '/user/jos%C3%A9/', credentials: ['a'] })
  await routes.closeConnections({ credentials: ['b'] })

  expect([...fake.routes.keys()]).toEqual(['/xn--jos-dma.hub.example/user/jos%C3%A9/'])
  expect(fake.closed).toEqual([
    { prefix: '/xn--jos-dma.hub.example/user/jos%C3%A9/', credentials: ['a'] },
    { credentials: ['b'] },
  ])
})

test('a route of another host is shown as it is', async () => {
  const fake = new FakeRouteTable()
  await fake.add({ prefix: '/ada.old.example/user/ada/', target, user: 'ada', serverName: '' })

  const [found] = await new HostRoutes(fake, addresses).list()

  expect(found?.prefix).toBe('/ada.old.example/user/ada/')
})
