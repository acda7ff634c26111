import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { openLog, readTail, trimLog } from './server-log.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-'))
  file = join(folder, 'server.log')
})

afterEach(() => rmSync(folder, { recursive: true }))

const MIB = 1024 * 1024

test('a log that is not there has no lines', () => {
  expect(readTail(file, 10, [])).toEqual([])
  expect(() => trimLog(file)).not.toThrow()
})

test('the last lines come, as text, without empty ones', () => {
  writeFileSync(file, 'one\n\ntwo\n\u001b[1mthree\u001b[0m\r\n')
  expect(readTail(file, 2, [])).toEqual(['two', 'three'])
})

test('of a long log no half line is shown, which might begin with half a secret', () => {
  const secret = '0123456789abcdef0123456789abcdef'
  writeFileSync(file, `${`${secret}\n`.repeat(4000)}the end\n`)
  const lines = readTail(file, 10_000, [])
  expect(lines.at(-1)).toBe('the end')
  expect(new Set(lines.slice(0, -1))).toEqual(new Set(['[hidden]']))
})

test('of one endless line the end is shown, cut to a readable length', () => {
  writeFileSync(file, 'xyz '.repeat(100_000))
  const [line, ...more] = readTail(file, 10, [])
  expect(line).toMatch(/^[xyz ]{500}…$/)
  expect(more).toEqual([])
})

test('bytes that are no text do no harm', () => {
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x41, 0x0a]))
  expect(readTail(file, 10, [])).toEqual(['\ufffd\ufffdA'])
})

test('a log is readable by its owner alone, and the server appends to it', () => {
  writeFileSync(file, 'before\n', { mode: 0o600 })
  const log = openLog(file)
  writeSync(log, 'after\n')
  closeSync(log)
  expect(readFileSync(file, 'utf8')).toBe('before\nafter\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a link in the place of a log is not followed', () => {
  const other = join(folder, 'other')
  writeFileSync(other, 'of somebody else\n'.repeat(MIB / 10))
  symlinkSync(other, file)
  expect(() => openLog(file)).toThrow(/ELOOP/)
  expect(() => readTail(file, 10, [])).toThrow(/ELOOP/)
  expect(() => trimLog(file)).toThrow(/ELOOP/)
})

test('a log that grew too long is cut in place, from the front, while the server writes on', () => {
  const log = openLog(file)
  writeSync(log, 'a line of the beginning\n'.repeat(MIB / 16))
  writeSync(log, 'the last line\n')
  const { ino } = statSync(file)
  trimLog(file)
  writeSync(log, 'a line after\n')
  closeSync(log)

  const found = statSync(file)
  expect(found.ino).toBe(ino)
  expect(found.size).toBeLessThan(MIB / 2)
  expect(readFileSync(file, 'utf8')).toMatch(/^a line of the beginning\n/)
  expect(readTail(file, 2, [])).toEqual(['the last line', 'a line after'])
})

test('a log of ordinary length stays as it is', () => {
  writeFileSync(file, 'x\n')
  appendFileSync(file, 'y\n')
  trimLog(file)
  expect(readFileSync(file, 'utf8')).toBe('x\ny\n')
})
