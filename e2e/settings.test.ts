import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { eventually, RunningHub } from './running-hub.ts'

const ROLE = 'roles:\n  - name: teacher # may look\n    scopes: [list:users]\n    users: [bob]\n'
/** Within this time a changed file is in force. */
const SECONDS_MS = 5000

let hub: RunningHub
let token: string
beforeAll(async () => {
  hub = await RunningHub.create()
  await hub.addUser('bob', 'a long enough word')
  await hub.addUser('eve', 'a long enough word')
  token = await hub.command('token', 'create', 'bob')
})
afterAll(async () => {
  await hub?.[Symbol.asyncDispose]()
})

const file = () => join(hub.data, 'config.yaml')

/** How many people bob's token is shown. */
async function peopleSeen(): Promise<number> {
  const answer = await fetch(`${hub.url}/hub/api/users`, {
    headers: { authorization: `token ${token}` },
  })
  if (!answer.ok) return 0
  const body: unknown = await answer.json()
  return Array.isArray(body) ? body.length : 0
}

async function state(): Promise<Record<string, unknown>> {
  return JSON.parse(await hub.command('config', 'show', 'roles', '--json')) as Record<
    string,
    unknown
  >
}

test('a role that is written into the file holds for a running hub within seconds', async () => {
  expect(await peopleSeen()).toBeLessThan(2)

  writeFileSync(file(), ROLE)

  await eventually(async () => (await peopleSeen()) === 2, SECONDS_MS)
})

test('a file with one mistake is refused whole: what was in force stays, and everybody is told why', async () => {
  writeFileSync(file(), 'culling:\n  idle_after: soon\nroles: []\n')

  await eventually(async () => (await state())['refusal'] !== null, SECONDS_MS)
  expect(await state()).toMatchObject({
    refusal: { message: expect.stringMatching(/line 2: culling\.idle_after is not a length/) },
  })
  expect(await peopleSeen()).toBe(2)
  expect(hub.errors).toMatch(/line 2: culling\.idle_after/)

  writeFileSync(file(), ROLE)
  await eventually(async () => (await state())['refusal'] === null, SECONDS_MS)
})

test('a command changes the file and the running hub at once, and can be undone', async () => {
  expect(await hub.command('config', 'remove', 'roles.teacher.users', 'bob')).toMatch(
    /It is in force now/,
  )
  expect(await peopleSeen()).toBeLessThan(2)
  expect(readFileSync(file(), 'utf8')).toContain('- name: teacher # may look')

  await hub.command('config', 'undo')
  expect(await peopleSeen()).toBe(2)
  expect(readFileSync(file(), 'utf8')).toBe(ROLE)
})

test('what the hub cannot change while it runs waits for its next start, and is said to', async () => {
  expect(await hub.command('config', 'set', 'spawner.command', 'other-server')).toMatch(
    /waits for the hub's next start/,
  )
  expect(await hub.command('config', 'show', 'spawner.command')).toContain('jupyterhub-singleuser')
  await hub.command('config', 'unset', 'spawner.command')
  expect(await state()).toMatchObject({ waiting: [] })
})

test('a value that cannot be is refused, and nothing is written', async () => {
  const before = readFileSync(file(), 'utf8')

  await expect(hub.command('config', 'set', 'culling.idle_after', 'soon')).rejects.toThrow(
    /Nothing was changed.*\n.*is not a length of time such as 30s/,
  )
  expect(readFileSync(file(), 'utf8')).toBe(before)
})

test('an announcement is on the sign-in page at once, until it is cleared', async () => {
  const page = async () => (await fetch(`${hub.url}/hub/login`)).text()
  await hub.command('announce', 'set', '--level', 'warning', 'Down at six.')
  expect(await page()).toContain('Down at six.')

  await hub.command('announce', 'clear')
  expect(await page()).not.toContain('Down at six.')
})

test('who is no admin reads no settings', async () => {
  const { status } = await fetch(`${hub.url}/hub/api/config`, {
    headers: { authorization: `token ${token}` },
  })
  expect(status).toBe(403)
})
