import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { Leftovers } from './leftovers.ts'

const MINUTE = 60_000
const [dead, alive, other] = ['a', 'b', 'c'].map((letter) => letter.repeat(16)) as [
  string,
  string,
  string,
]
let folder: string
let leftovers: Leftovers

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-leftovers-'))
  for (const name of [dead, alive, 'notes']) mkdirSync(join(folder, 's', name), { recursive: true })
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'logs', `${other}.log`), 'a line')
  leftovers = new Leftovers([join(folder, 's'), join(folder, 'logs'), join(folder, 'none')])
})
afterEach(() => rmSync(folder, { recursive: true }))

const lookAt = (minute: number, running: readonly string[] = [alive]) =>
  leftovers.find(new Set(running), minute * MINUTE)

test('what has had no process for ten minutes is left over; what runs, and what is not ours, is not', () => {
  expect(lookAt(1)).toEqual([])
  expect(lookAt(10)).toEqual([])
  expect(lookAt(11)).toEqual([dead, other])
})

test('whoever ran in between begins anew', () => {
  lookAt(1)
  lookAt(5, [alive, dead])

  expect(lookAt(11)).toEqual([other])
  expect(lookAt(21).toSorted()).toEqual([dead, other])
})

test('it is looked once a minute at most', () => {
  lookAt(1)
  lookAt(11)

  expect(lookAt(11.5)).toEqual([])
})
