import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { makeDataFolder } from './data-folder.ts'
import { makeRunFolders } from './run-folders.ts'

let temp: string
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'bulkhead-folders-'))
})
afterEach(() => rmSync(temp, { recursive: true, force: true }))

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8)

describe('the folder of sockets of an ordinary person', () => {
  test('is open to nobody else, with all that lies in it', () => {
    const run = join(temp, 'run')
    makeRunFolders(run, null)
    expect(readdirSync(run).toSorted()).toEqual(['front', 'proxy', 's', 'servers'])
    for (const name of ['.', 'front', 'proxy', 's', 'servers'])
      expect([name, modeOf(join(run, name))]).toEqual([name, '700'])
  })

  test('is closed again when it was open', () => {
    const run = join(temp, 'run')
    makeRunFolders(run, null)
    chmodSync(join(run, 'front'), 0o777)
    makeRunFolders(run, null)
    expect(modeOf(join(run, 'front'))).toBe('700')
  })

  test('is not made through a link', () => {
    symlinkSync(temp, join(temp, 'run'))
    expect(() => makeRunFolders(join(temp, 'run'), null)).toThrow(/is not a folder/)
  })
})

describe('the data folder', () => {
  test('is made, closed to others', () => {
    const path = join(temp, 'a/data')
    expect(makeDataFolder(path, null)).toBe(path)
    expect(modeOf(path)).toBe('700')
  })

  test('may hold a configuration that somebody prepared', () => {
    writeFileSync(join(temp, 'config.yaml'), '')
    expect(makeDataFolder(temp, null)).toBe(temp)
  })

  test('is never a folder that holds other things, and is left as it was', () => {
    writeFileSync(join(temp, 'letter.txt'), '')
    chmodSync(temp, 0o755)
    expect(() => makeDataFolder(temp, null)).toThrow(/holds other things/)
    expect(modeOf(temp)).toBe('755')
  })

  test('below a file is refused with the remedy', () => {
    writeFileSync(join(temp, 'file'), '')
    expect(() => makeDataFolder(join(temp, 'file/data'), null)).toThrow(/choose another one/)
  })
})
