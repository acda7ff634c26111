import { describeCodeStore } from './code-store-contract.ts'
import { FakeCodeStore } from './fake-code-store.ts'

const grant = {
  clientId: 'c',
  userId: 1,
  userName: 'ada',
  redirectUri: '/x',
  scopes: ['a'],
  codeChallenge: 'x',
  sessionId: 's',
}

describeCodeStore('FakeCodeStore', async () => ({ codes: new FakeCodeStore(), grant }))
