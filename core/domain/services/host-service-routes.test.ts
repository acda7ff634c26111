import { expect, test } from 'vitest'

import { Addresses } from '../servers/addresses.ts'
import { FakeServiceRoutes } from '../testing/fake-services.ts'
import { describeServiceRoutes } from '../testing/service-routes-contract.ts'
import { HostServiceRoutes } from './host-service-routes.ts'

const addresses = new Addresses({ publicUrl: 'http://hub.example:8000', subdomains: true })

describeServiceRoutes(
  'HostServiceRoutes, over the fake,',
  async () => new HostServiceRoutes(new FakeServiceRoutes(), addresses),
)

test('the proxy gets the service’s host before the path', async () => {
  const fake = new FakeServiceRoutes()
  const route = {
    url: 'http://127.0.0.1:10101',
    address: null,
    service: 'whoami',
    clientId: 'service-whoami',
  }

  await new HostServiceRoutes(fake, addresses).addService({ ...route, prefix: '/services/whoami/' })

  const [found] = await fake.listServices()
  expect(found?.prefix).toBe('/whoami--service.hub.example/services/whoami/')
})
