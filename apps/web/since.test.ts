import { expect, test } from 'vitest'

import { since } from './since.ts'

const now = new Date('2030-01-02T12:00:00Z')

test.each([
  ['2030-01-02T11:59:58Z', 'just now'],
  ['2030-01-02T11:59:30Z', '30 seconds ago'],
  ['2030-01-02T11:57:10Z', '2 minutes ago'],
  ['2030-01-02T09:00:00Z', '3 hours ago'],
  ['2029-12-30T12:00:00Z', '3 days ago'],
  ['2030-01-02T12:00:30Z', 'just now'],
])('%s is %s', (time, words) => {
  expect(since(new Date(time), now)).toBe(words)
})
