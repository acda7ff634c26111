import { expect, test } from 'vitest'

import { shortTime, whatIsOver, withNotice, type Notices } from './notices.ts'

const none: Notices = new Map()
const ending = (server: string) =>
  JSON.stringify({ type: 'ending', server, ends_at: '2030-01-01T00:10:00Z', reason: 'idle' })
const kept = (server: string) => JSON.stringify({ type: 'kept', server })
const stopped = (server: string) => JSON.stringify({ type: 'stopped', server, reason: 'idle' })
const after = (...lines: string[]) => lines.reduce(withNotice, none)

test('what was told of each server last is known, until it is taken back', () => {
  expect([...after(ending(''), ending('gpu'), kept(''))].map(([name]) => name)).toEqual(['gpu'])
  expect(after(ending(''), stopped('')).get('')).toMatchObject({ type: 'stopped' })
})

test('lines that it does not know change nothing', () => {
  const known = after(ending(''))
  for (const line of ['', '{', '{"type":"new"}', '{"type":"announcement","announcement":null}'])
    expect(withNotice(known, line)).toBe(known)
})

test('a stream that begins anew tells anew of what is to come', () => {
  expect([...whatIsOver(after(ending(''), stopped('gpu'))).keys()]).toEqual(['gpu'])
})

test('a time of another day is told with its day', () => {
  const now = new Date(2030, 0, 1, 12)
  expect(shortTime(new Date(2030, 0, 1, 14, 5), now)).not.toContain('Jan')
  expect(shortTime(new Date(2030, 0, 2, 14, 5), now)).toContain('Jan')
})
