import fc from 'fast-check'
import { expect, test } from 'vitest'

import { type LiveConnection, LiveConnections } from './live-connections.ts'

const connection = (): LiveConnection => ({
  isWebsocket: false,
  close: () => {},
  credentials: () => [],
})

test('holds what was added and not removed, whatever the order', () => {
  const all = Array.from({ length: 6 }, connection)
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 })), (steps) => {
      const live = new LiveConnections()
      const expected = new Set<LiveConnection>()
      for (const each of all) {
        each.before = undefined
        each.after = undefined
      }
      for (const step of steps) {
        const each = all[step] ?? connection()
        if (expected.delete(each)) live.delete(each)
        else {
          expected.add(each)
          live.add(each)
        }
        expect(new Set(live)).toEqual(expected)
        expect(live.size).toBe(expected.size)
      }
      live.clear()
      expect([...live]).toEqual([])
      expect(live.size).toBe(0)
    }),
  )
})

test('does not mind one removed that is not there, or removed while all are gone through', () => {
  const live = new LiveConnections()
  const [a, b] = [connection(), connection()]
  live.add(a)
  live.add(b)
  live.delete(connection())
  for (const each of live) {
    live.delete(each)
    live.delete(each)
  }
  expect(live.size).toBe(0)
})
