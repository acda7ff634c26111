import { FakeServiceRoutes, FakeServiceStore } from './fake-services.ts'
import { describeServiceRoutes } from './service-routes-contract.ts'
import { describeServiceStore } from './service-store-contract.ts'

describeServiceStore('FakeServiceStore', async () => new FakeServiceStore())
describeServiceRoutes('FakeServiceRoutes', async () => new FakeServiceRoutes())
