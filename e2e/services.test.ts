import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, seriousFindings, signIn } from './browser.ts'
import { clientProgram, CLIENTS } from './clients/programs.ts'
import { eventually, RunningHub } from './running-hub.ts'

const PASSWORD = 'one word for all of them'
const PROGRAMS = join(import.meta.dirname, 'services')
let hub: RunningHub
let browser: Browser

beforeAll(async () => {
  expect(CLIENTS, 'BULKHEAD_CLIENTS: run this by ./test').not.toBe('')
  const [tornado, flask] = [await freePort(), await freePort()]
  hub = await RunningHub.create({ config: configOf(tornado, flask) })
  browser = await openBrowser()
  for (const name of ['tornado', 'flask']) await eventually(async () => (await get(name)) !== 503)
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

function configOf(tornado: number, flask: number): string {
  const command = (file: string) => JSON.stringify([clientProgram('python'), join(PROGRAMS, file)])
  return `
authenticator: {use: dummy, allow: everyone, password: ${PASSWORD}, admins: [boss]}
roles:
  - {name: visitors, users: [ada], scopes: ['access:services']}
services:
  - name: tornado
    url: http://127.0.0.1:${tornado}
    command: ${command('tornado_whoami.py')}
    oauth_client_allowed_scopes: [read:users!user]
    environment: {JUPYTERHUB_CLIENT_ID: nonsense}
  - name: flask
    url: http://127.0.0.1:${flask}
    command: ${command('flask_whoami.py')}
    oauth_no_confirm: true
`
}

async function get(name: string): Promise<number> {
  const answer = await fetch(`${hub.url}/services/${name}/`, { redirect: 'manual' })
  return answer.status
}

async function person(name: string): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
  await signIn(page, hub, { name, password: PASSWORD })
  await page.waitForURL('**/hub/home')
  return page
}

async function bodyOf(page: Page): Promise<unknown> {
  return JSON.parse((await page.textContent('body')) ?? '')
}

test('HubOAuth on Tornado signs a browser in, asks once, and is asked no more', async () => {
  const ada = await person('ada')

  await ada.goto(`${hub.url}/services/tornado/deep?x=1`)
  await ada.getByRole('heading', { name: 'Do you allow this?' }).waitFor()
  expect(await seriousFindings(ada)).toEqual([])
  await ada.getByRole('button', { name: 'Allow' }).click()
  await ada.waitForURL('**/services/tornado/deep?x=1')

  expect(await bodyOf(ada)).toMatchObject({ by: 'oauth', user: { name: 'ada', kind: 'user' } })
  await ada.context().clearCookies({ name: /^service-tornado/ })
  await ada.context().clearCookies({ path: '/services/tornado/' })
  await ada.goto(`${hub.url}/services/tornado/again`)
  await ada.waitForURL('**/services/tornado/again')
  expect(await bodyOf(ada)).toMatchObject({ user: { name: 'ada' } })
})

test('HubOAuth on Flask signs a browser in, unasked because the operator says so', async () => {
  const ada = await person('ada')
  await ada.goto(`${hub.url}/services/flask/`)
  await ada.waitForURL('**/services/flask/')
  expect(await bodyOf(ada)).toMatchObject({ by: 'flask', user: { name: 'ada' } })
})

test('whoever may not use the service is told so, and is not let in', async () => {
  const bob = await person('bob')
  const answer = await bob.goto(`${hub.url}/services/tornado/`)
  expect(answer?.status()).toBe(403)
  await bob.getByRole('heading', { name: 'Not allowed' }).waitFor()
})

test('HubAuth knows programs by their tokens', async () => {
  const token = await hub.command('token', 'create', 'ada')
  const ask = (authorization?: string) =>
    fetch(`${hub.url}/services/tornado/token`, {
      headers: authorization === undefined ? {} : { authorization },
      redirect: 'manual',
    })
  expect(await (await ask(`token ${token}`)).json()).toMatchObject({
    by: 'token',
    user: { name: 'ada' },
  })
  // Whom the module does not know it sends to sign in.
  expect((await ask('token nonsense')).status).toBe(302)
})

test('a service that dies is started again; one that is made at run time is reached and removed', async () => {
  await fetch(`${hub.url}/services/tornado/crash`).catch(() => undefined)
  await eventually(async () => (await get('tornado')) === 302, 30_000)
  expect(await hub.command('service', 'list')).toContain('tornado')

  const pid = Number(JSON.parse(await hub.command('service', 'show', 'flask', '--json')).pid)
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('flask_whoami.py')
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toMatch(/[0-9a-f]{32}/)
  await hub.stop()
  expect(() => readFileSync(`/proc/${pid}/cmdline`)).toThrow('ENOENT')
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
