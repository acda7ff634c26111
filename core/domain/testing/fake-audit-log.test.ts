import { describeAuditLog } from './audit-log-contract.ts'
import { FakeAuditLog } from './fake-audit-log.ts'

describeAuditLog('the fake', async () => new FakeAuditLog())
