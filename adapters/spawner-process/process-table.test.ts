import { expect, test } from 'vitest'

import { familyOf, findProcess, isAlive, markedOf, ownProcesses } from './process-table.ts'

test('this process is alive by its pid and start time, and by no other time', () => {
  const found = findProcess(process.pid)
  expect(found).toMatchObject({ pid: process.pid, parent: process.ppid, zombie: false })
  const { startTime } = found ?? { startTime: -1 }
  expect(isAlive({ pid: process.pid, startTime })).toBe(true)
  expect(isAlive({ pid: process.pid, startTime: startTime + 1 })).toBe(false)
})

test('a name with spaces and parentheses does not shift the fields', () => {
  const before = process.title
  process.title = 'a) Z 1 (b'
  try {
    expect(findProcess(process.pid)).toMatchObject({ parent: process.ppid, zombie: false })
  } finally {
    process.title = before
  }
})

test('a pid that nobody has is nobody', () => {
  // Above the largest that Linux gives out.
  expect(findProcess(4_194_305)).toBeUndefined()
})

test('the hub itself is never among the processes that could be ended', () => {
  expect(ownProcesses().map(({ pid }) => pid)).not.toContain(process.pid)
})

const at = (pid: number, parent: number) => ({ pid, parent, startTime: 1, zombie: false })

test('a family is the roots and whatever descends from them', () => {
  // Listed so that children come before their parents.
  const all = [at(5, 4), at(4, 3), at(3, 2), at(6, 1), at(2, 1), at(7, 6)]
  expect(familyOf(all, new Set([3])).map(({ pid }) => pid)).toEqual([5, 4, 3])
  expect(familyOf(all, new Set())).toEqual([])
})

test('nothing bears the marker of a hub that never was', () => {
  expect(markedOf(ownProcesses(), 'a hub that never was')).toEqual([])
})
