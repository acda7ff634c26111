import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { changeConfigFile } from './change-file.ts'
import { adding, setting, unsetting } from './edit.ts'
import { historyFolder, listHistory, oldText } from './history.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-change-'))
  file = join(folder, 'config.yaml')
  writeFileSync(file, '# ours\nculling: { idle_after: 1h }\n', { mode: 0o640 })
  chmodSync(file, 0o640)
})
afterEach(() => rmSync(folder, { recursive: true }))

const change = (edit: Parameters<typeof changeConfigFile>[1], by = 'set x') =>
  changeConfigFile(file, edit, { by })
const read = () => readFileSync(file, 'utf8')

describe('changing a configuration file', () => {
  test('writes the whole file anew, with its mode, and leaves nothing else behind', () => {
    expect(change(setting('culling.idle_after', ['2h']))).toMatchObject({ changed: true, left: [] })

    expect(read()).toBe('# ours\nculling: { idle_after: 2h }\n')
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder).toSorted()).toEqual(['config-history', 'config.yaml'])
  })

  test('writes nothing when the result cannot be used', () => {
    expect(() => change(setting('culling.idle_after', ['soon']))).toThrow(
      /Nothing was changed.*\n {2}culling\.idle_after is not a length of time such as/,
    )
    expect(() => change(setting('listen', ['0.0.0.0:80']))).toThrow(/public_url is needed/)
    expect(read()).toBe('# ours\nculling: { idle_after: 1h }\n')
    expect(listHistory(file)).toEqual([])
  })

  test('lets a file with several mistakes be mended one by one', () => {
    writeFileSync(file, 'culing: 1\nculling: { idle_after: soon }\n')

    expect(change(unsetting('culing')).left).toEqual([
      expect.stringMatching(/^culling\.idle_after is not a length/),
    ])
    expect(() => change(setting('named_servers.per_user', ['x']))).toThrow(
      /named_servers\.per_user must be a number/,
    )
    expect(change(setting('culling.idle_after', ['2h'])).left).toEqual([])
  })

  test('keeps what a link leads to a link', () => {
    const link = join(folder, 'link.yaml')
    symlinkSync(file, link)

    changeConfigFile(link, setting('culling.idle_after', ['3h']), { by: 'set' })

    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(read()).toContain('3h')
  })

  test('can be taken back, unless somebody has changed the file since', () => {
    const { takeBack } = change(setting('culling.idle_after', ['2h']))
    const second = change(setting('culling.idle_after', ['3h']))

    takeBack()
    expect(read()).toContain('3h')
    second.takeBack()
    expect(read()).toContain('2h')
  })

  test('changes of several processes at once all come through', async () => {
    const script = join(folder, 'add.mjs')
    writeFileSync(
      script,
      `import { changeConfigFile } from ${JSON.stringify(join(import.meta.dirname, 'change-file.ts'))}
       import { adding } from ${JSON.stringify(join(import.meta.dirname, 'edit.ts'))}
       for (let i = 0; i < 4; i++)
         changeConfigFile(${JSON.stringify(file)}, adding('authenticator.admins', [process.argv[2] + i]), { by: 'add' })`,
    )
    const ended = ['a', 'b', 'c'].map(async (name) => once(fork(script, [name]), 'exit'))

    expect((await Promise.all(ended)).map(([code]) => code)).toEqual([0, 0, 0])
    expect(read().match(/[abc]\d/g)).toHaveLength(12)
  })
})

describe('older versions', () => {
  test('are kept for their owner alone, the newest first, and say what replaced them but no value', () => {
    change(setting('culling.idle_after', ['2h']), 'set culling.idle_after')
    change(adding('authenticator.admins', ['ada']), 'add authenticator.admins')

    expect(listHistory(file).map(({ by }) => by)).toEqual([
      'add authenticator.admins',
      'set culling.idle_after',
    ])
    expect(oldText(file, 2).text).toContain('1h')
    expect(statSync(historyFolder(file)).mode & 0o777).toBe(0o700)
    for (const { file: old } of listHistory(file)) expect(statSync(old).mode & 0o777).toBe(0o600)
    expect(() => oldText(file, 3)).toThrow(/only 2 older versions/)
  })

  test('are 50 at most', () => {
    for (let i = 0; i < 55; i++) change(setting('culling.idle_after', [`${i + 2}h`]))

    expect(listHistory(file)).toHaveLength(50)
    expect(oldText(file, 50).text).toContain(' 6h')
  })
})
