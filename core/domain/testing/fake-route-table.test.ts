import { FakeRouteTable } from './fake-route-table.ts'
import { describeRouteTable } from './route-table-contract.ts'

describeRouteTable('FakeRouteTable', async () => new FakeRouteTable())
