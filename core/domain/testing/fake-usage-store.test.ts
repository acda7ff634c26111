import { FakeUsageStore } from './fake-usage-store.ts'
import { describeUsageStore } from './usage-store-contract.ts'

describeUsageStore('FakeUsageStore', async () => ({
  store: new FakeUsageStore(),
  ids: { ada: 1, bob: 2 },
}))
