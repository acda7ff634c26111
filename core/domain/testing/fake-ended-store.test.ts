import { describeEndedStore } from './ended-store-contract.ts'
import { FakeEndedStore } from './fake-ended-store.ts'

describeEndedStore('FakeEndedStore', async () => new FakeEndedStore())
