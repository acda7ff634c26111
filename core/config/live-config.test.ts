import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ConfigError } from './config-error.ts'
import { derived, LiveConfig } from './live-config.ts'
import { watchConfig } from './watch-config.ts'

const ROLE = 'roles: [{ name: teacher, scopes: [list:users], users: [bob] }]\n'

let folder: string
let file: string
let said: string[]
let live: LiveConfig

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-live-'))
  file = join(folder, 'config.yaml')
  said = []
  open('')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('settings of a running hub', () => {
  test('a changed file is taken on, and everybody who listens is told', async () => {
    const told: unknown[] = []
    const admins = derived(live, ({ authenticator }) => new Set(authenticator.admins))
    live.onChange(({ roles }, before) => void told.push([before.roles.length, roles.length]))
    expect(admins().has('ada')).toBe(false)

    write(`${ROLE}authenticator: { admins: [Ada] }\n`)
    const state = await live.look()

    expect(live.current().roles[0]?.name).toBe('teacher')
    expect(told).toEqual([[0, 1]])
    expect(admins().has('ada')).toBe(true)
    expect(admins()).toBe(admins())
    expect(state).toMatchObject({ waiting: [], refusal: null, troubles: [] })
    expect(said.join()).toMatch(/have changed and are in force/)
  })

  test('a file with a mistake is refused whole: nothing of it is in force', async () => {
    write(`${ROLE}culling: { idle_after: soon }\n`)
    const state = await live.look()

    expect(live.current().roles).toEqual([])
    expect(state.refusal?.message).toMatch(/line 2: culling\.idle_after is not a length of time/)
    expect(said.join()).toMatch(/from before stay in force/)

    write('')
    expect((await live.look()).refusal).toBeNull()
  })

  test('the same mistake is told once, however often it is looked at', async () => {
    write('rolls: []\n')
    await live.look()
    await live.look()

    expect(said).toHaveLength(1)
  })

  test('a file that is gone leaves the old settings in force', async () => {
    rmSync(file)

    expect((await live.look()).refusal?.message).toMatch(/cannot be read \(ENOENT\)/)
    expect(live.current().listen.port).toBe(8000)
  })

  test('what needs a restart waits, and the rest is applied', async () => {
    write(`listen: 127.0.0.1:9000\nspawner: { use: process, start_timeout: 90s }\n${ROLE}`)
    const state = await live.look()

    expect(live.current().listen.port).toBe(8000)
    expect(live.current().spawner).toMatchObject({ use: 'auto', start_timeout: 90_000 })
    expect(live.current().roles).toHaveLength(1)
    expect(state.waiting).toEqual(['listen', 'public_url', 'spawner.use'])
    expect(state.refusal).toBeNull()

    write(ROLE)
    expect((await live.look()).waiting).toEqual([])
  })

  test('when what is live does not go with what must wait, all of it waits', async () => {
    write(`authenticator: { use: dummy, password: x, allow: everyone }\n${ROLE}`)
    const state = await live.look()

    expect(live.current().authenticator).toMatchObject({ use: 'password', allow: 'listed' })
    expect(live.current().roles).toEqual([])
    expect(state.waiting).toEqual([
      'authenticator.use',
      'authenticator.allow',
      'authenticator.password',
      'roles',
    ])
  })

  test('the address of the command line stays above a changed file', async () => {
    open('', { port: 9100 })
    write(`listen: 127.0.0.1:9200\n${ROLE}`)
    const state = await live.look()

    expect(live.current().listen.port).toBe(9100)
    expect(state.waiting).toEqual([])
    expect(live.current().roles).toHaveLength(1)
  })

  test('what others cannot use is refused with its line', async () => {
    live.addCheck(({ spawner }) =>
      spawner.environment['BAD'] === undefined
        ? []
        : [{ path: ['spawner', 'environment', 'BAD'], said: 'is not for this hub' }],
    )
    write('spawner:\n  environment:\n    BAD: x\n')

    expect((await live.look()).refusal?.message).toMatch(
      /line 3: spawner\.environment\.BAD is not for this hub/,
    )
    expect(live.current().spawner.environment).toEqual({})
  })

  test('a listener that fails is told again until it has taken it on', async () => {
    const listener = vi.fn(async () => {
      if (listener.mock.calls.length < 3) throw new Error('the database is busy')
    })
    live.onChange(listener)
    write(ROLE)

    expect((await live.look()).troubles.join()).toMatch(
      /did not take hold yet: the database is busy/,
    )
    await live.look()
    expect((await live.look()).troubles).toEqual([])
    await live.look()
    expect(listener).toHaveBeenCalledTimes(3)
  })

  test('a listener never runs twice at once, and ends at the newest settings', async () => {
    const gate = Promise.withResolvers<void>()
    const seen: number[] = []
    let inside = 0
    live.onChange(async ({ roles }) => {
      inside++
      expect(inside).toBe(1)
      await gate.promise
      seen.push(roles.length)
      inside--
    })
    write(ROLE)
    const first = live.look()
    write('roles: [{ name: one }, { name: two }]\n')
    const second = live.look()
    gate.resolve()
    await Promise.all([first, second])

    expect(seen).toEqual([1, 2])
  })

  test('every setting in force is told with where it comes from, secrets hidden, those that wait as they were', async () => {
    open('authenticator: { use: dummy, password: hush }\n', { port: 9100 })
    write(
      'authenticator: { use: dummy, password: hush2, admins: [ada] }\npublic_url: http://localhost\n',
    )
    await live.look()
    const told = new Map(live.explain().map((each) => [each.name, each]))

    expect(told.get('listen')).toMatchObject({ value: '127.0.0.1:9100', source: 'command line' })
    expect(told.get('public_url')).toMatchObject({
      value: 'http://127.0.0.1:9100',
      source: 'default',
    })
    expect(told.get('authenticator.admins')).toMatchObject({
      value: ['ada'],
      source: 'file',
      line: 1,
    })
    expect(told.get('authenticator.password')?.value).toBe('(hidden)')
    expect(told.get('culling.idle_after')).toMatchObject({
      value: '1h',
      source: 'default',
      line: null,
    })
    expect(JSON.stringify(live.explain())).not.toContain('hush')
  })

  test('without a file that can be used there is nothing to start with', () => {
    write('rolls: []\n')
    expect(() => new LiveConfig({ file })).toThrow(ConfigError)
  })
})

describe('watching the file', () => {
  test('a change is seen in a moment, written in place or put in its place, and a half-written file is not', async () => {
    const end = new AbortController()
    const watching = watchConfig(live, end.signal)

    writeFileSync(file, 'culling: { idle_after: 3h')
    writeFileSync(file, 'culling: { idle_after: 2h }\n')
    await vi.waitFor(() => expect(live.current().culling.idle_after).toBe(7_200_000), 5000)

    writeFileSync(`${file}.new`, 'culling: { idle_after: 3h }\n')
    renameSync(`${file}.new`, file)
    await vi.waitFor(() => expect(live.current().culling.idle_after).toBe(10_800_000), 5000)
    expect(live.state().refusal).toBeNull()

    end.abort()
    await watching
  })
})

function open(text: string, overrides = {}): void {
  write(text)
  live = new LiveConfig({ file, overrides, say: (message) => said.push(message) })
}

function write(text: string): void {
  writeFileSync(file, text)
}
