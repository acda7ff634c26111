import { expect, test } from 'vitest'

import { printTable } from './table.ts'

test('columns stand under their names, and lines do not end in spaces', () => {
  const lines: string[] = []

  printTable(
    ['name', 'admin'],
    [
      ['ada', 'yes'],
      ['josé@uni.edu', ''],
    ],
    (line) => lines.push(line),
  )

  expect(lines).toEqual(['NAME          ADMIN', 'ada           yes', 'josé@uni.edu'])
})

test('nothing is printed of nobody', () => {
  const lines: string[] = []
  printTable(['name'], [], (line) => lines.push(line))
  expect(lines).toEqual([])
})
