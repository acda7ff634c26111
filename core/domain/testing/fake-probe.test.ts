import { expect, test } from 'vitest'

import type { ServerAddress } from '../servers/server.ts'
import { FakeProbe } from './fake-probe.ts'
import { describeServerProbe } from './server-probe-contract.ts'

const address: ServerAddress = { kind: 'unix', path: '/run/fake/s.sock', owner: 1000 }

describeServerProbe('FakeProbe', async () => {
  const probe = new FakeProbe({ answers: 'when told' })
  return {
    probe,
    address,
    prefix: '/user/ada/',
    answerWith: async (status) => {
      if (status < 500) probe.answer(address)
    },
    dispose: async () => undefined,
  }
})

test('without being told otherwise, every server answers at once', async () => {
  const never = new AbortController().signal
  await expect(
    new FakeProbe().untilAnswering(address, '/user/ada/', never),
  ).resolves.toBeUndefined()
})

test('it tells how many wait', async () => {
  const probe = new FakeProbe({ answers: 'when told' })
  const answered = probe.untilAnswering(address, '/user/ada/', new AbortController().signal)
  expect(probe.waiting).toBe(1)
  probe.answer(address)
  await answered
  expect(probe.waiting).toBe(0)
})
