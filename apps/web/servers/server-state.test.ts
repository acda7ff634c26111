import { expect, test } from 'vitest'

import { stateOf, whose } from './server-state.ts'

const never = { ready: false, pending: null, failure: null, has_run: false }
const ran = { ...never, has_run: true }
const failure = { reason: 'It ended.', log: [] }

test.each([
  ['never started', never, 'Not started yet'],
  ['ready', { ...ran, ready: true }, 'Running'],
  ['on its way up', { ...ran, pending: 'spawn' as const }, 'Starting'],
  ['on its way down', { ...ran, pending: 'stop' as const }, 'Stopping'],
  ['stopped on purpose', ran, 'Stopped'],
  ['ended with a reason', { ...ran, failure }, 'Ended by itself'],
  ['failed at its very first start', { ...never, failure }, 'Ended by itself'],
  ['started again after a failure', { ...ran, failure, pending: 'spawn' as const }, 'Starting'],
])('a server that is %s is shown so', (_, server, words) => {
  expect(stateOf(server).words).toBe(words)
})

test('only a server that was never started has no time to tell', () => {
  expect(stateOf(never).verb).toBeNull()
  expect(stateOf(ran).verb).not.toBeNull()
})

test("one's own server is called so, another's by its owner", () => {
  expect(whose('ada', { name: 'ada' })).toBe('Your server')
  expect(whose('grace', { name: 'ada' })).toBe('grace’s server')
})
