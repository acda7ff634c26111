import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { Leftovers, startOf } from './leftovers.ts'
import { lockRun } from './run-lock.ts'

let temp: string
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'bulkhead-lock-'))
})
afterEach(() => rmSync(temp, { recursive: true, force: true }))

const script = `
  import { lockRun } from ${JSON.stringify(join(import.meta.dirname, 'run-lock.ts'))}
  try { lockRun(${JSON.stringify('TEMP')}); console.log('locked'); process.stdin.resume() }
  catch (error) { console.log(error.message); process.exit(1) }
`
const argsFor = (folder: string) => [
  '--input-type=module',
  '--eval',
  script.replace('TEMP', folder),
]

test('a second supervisor is refused with the number of the first', () => {
  const lock = lockRun(temp)
  const { stdout, status } = spawnSync(process.execPath, argsFor(temp), { encoding: 'utf8' })
  expect(stdout).toContain(`the hub is running already (pid ${process.pid})`)
  expect(status).toBe(1)
  lock[Symbol.dispose]()
})

test('a supervisor that was killed holds nothing any more', async () => {
  const first = spawn(process.execPath, argsFor(temp), { stdio: ['pipe', 'pipe', 'inherit'] })
  const [said] = await once(first.stdout, 'data')
  expect(String(said)).toContain('locked')
  expect(() => lockRun(temp)).toThrow(`pid ${first.pid}`)
  first.kill('SIGKILL')
  await once(first, 'exit')
  lockRun(temp)[Symbol.dispose]()
})

test('nobody else can hold the lock, for nobody else can open its file', () => {
  lockRun(temp)[Symbol.dispose]()
  expect(statSync(join(temp, 'supervisor.lock')).mode & 0o777).toBe(0o600)
})

test('what an earlier supervisor left and does not end is killed', async () => {
  const left = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(left, 'exit')
  new Leftovers(temp).started('hub', left.pid ?? 0)
  await new Leftovers(temp).gone(50)
  expect(await ended).toEqual([null, 'SIGKILL'])
})

test('a later process with the same number is left alone', async () => {
  const other = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const leftovers = new Leftovers(temp)
  leftovers.started('hub', other.pid ?? 0)
  const note = join(temp, 'supervisor.children')
  writeFileSync(note, readFileSync(note, 'utf8').replace(/"started":"\d+"/, '"started":"1"'))
  await leftovers.gone(50)
  expect(startOf(other.pid ?? 0)).toBeDefined()
  other.kill()
  await once(other, 'exit')
})
