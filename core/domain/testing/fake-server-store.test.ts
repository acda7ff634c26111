import { FakeServerStore } from './fake-server-store.ts'
import { describeServerStore } from './server-store-contract.ts'

describeServerStore('FakeServerStore', async () => new FakeServerStore(['ada', 'bob']))
