import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, seriousFindings, signIn } from './browser.ts'
import { clientProgram, CLIENTS, RunningClient } from './clients/programs.ts'
import { publicFolder } from './public-folder.ts'
import { eventually, freePort, RunningHub } from './running-hub.ts'

const PASSWORD = 'one word for all of them'
const PROGRAMS = join(import.meta.dirname, 'services')
const FILES = { tornado: 'tornado_whoami.py', flask: 'flask_whoami.py' } as const
const TOKEN = 'a secret of the service'.replaceAll(' ', '-')
let hub: RunningHub
let browser: Browser
/** The hub's own account, which runs services, need not be able to read this repository. */
const programs = publicFolder()

beforeAll(async () => {
  expect(CLIENTS, 'BULKHEAD_CLIENTS: run this by ./test').not.toBe('')
  for (const file of Object.values(FILES))
    writeFileSync(join(programs.folder, file), readFileSync(join(PROGRAMS, file)), { mode: 0o644 })
  const [tornado, flask] = [await freePort(), await freePort()]
  hub = await RunningHub.create({ config: configOf({ tornado, flask }) })
  browser = await openBrowser()
  for (const name of ['tornado', 'flask'])
    await eventually(async () => (await statusAt(name)) === 302, 60_000)
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
  await programs[Symbol.asyncDispose]()
})

function configOf(ports: { readonly tornado: number; readonly flask: number }): string {
  const command = (name: keyof typeof FILES) =>
    JSON.stringify([clientProgram('python'), join(programs.folder, FILES[name])])
  return `
authenticator: {use: dummy, allow: everyone, password: ${PASSWORD}, admins: [boss]}
api_urls: {allow: [127.0.0.1]}
roles:
  - {name: visitors, users: [ada], scopes: ['access:services']}
services:
  - name: tornado
    url: http://127.0.0.1:${ports.tornado}
    command: ${command('tornado')}
    oauth_client_allowed_scopes: [read:users!user]
    environment: {JUPYTERHUB_CLIENT_ID: nonsense}
  - name: flask
    url: http://127.0.0.1:${ports.flask}
    command: ${command('flask')}
    oauth_no_confirm: true
`
}

/** Of a service's page, to somebody who is not signed in. */
async function statusAt(name: string): Promise<number> {
  const answer = await fetch(`${hub.url}/services/${name}/`, { redirect: 'manual' })
  return answer.status
}

async function person(name: string): Promise<Page> {
  const page = await newPage()
  await signIn(page, hub, { name, password: PASSWORD })
  await page.waitForURL('**/hub/home')
  return page
}

async function newPage(): Promise<Page> {
  return (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
}

async function bodyOf(page: Page): Promise<unknown> {
  return JSON.parse((await page.textContent('body')) ?? '')
}

async function pidOf(name: string): Promise<number> {
  return Number(JSON.parse(await hub.command('service', 'show', name, '--json')).pid)
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

test('home leads to the services; HubOAuth on Flask signs in unasked because the operator says so', async () => {
  const ada = await person('ada')
  const menu = ada.getByRole('navigation', { name: 'Services' })
  expect(await menu.getByRole('link').allTextContents()).toEqual(['flask', 'tornado'])
  expect(await seriousFindings(ada)).toEqual([])

  await menu.getByRole('link', { name: 'flask' }).click()

  await ada.waitForURL('**/services/flask/')
  expect(await bodyOf(ada)).toMatchObject({ by: 'flask', user: { name: 'ada' } })
})

test('whoever may not use the service finds none at home, is told so, and is not let in', async () => {
  const bob = await person('bob')
  await bob.getByRole('heading', { name: 'My server' }).waitFor()
  expect(await bob.getByRole('navigation', { name: 'Services' }).count()).toBe(0)
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

test('a service that is made at run time, on a host of its own, signs browsers in, and is removed', async () => {
  await person('boss')
  const boss = await hub.command('token', 'create', 'boss')
  const port = await freePort()
  const away = `http://localhost:${port}/services/away/`
  const api = async (method: string, body?: object) => {
    const answer = await fetch(`${hub.url}/hub/api/services/away`, {
      method,
      headers: { authorization: `token ${boss}` },
      ...(body && { body: JSON.stringify(body) }),
    })
    return answer.status
  }
  const wayBack = `${away}oauth_callback`
  const url = `http://127.0.0.1:${port}`
  expect(await api('POST', { url, api_token: TOKEN, oauth_redirect_uri: wayBack })).toBe(201)
  await using program = new RunningClient('python', [join(PROGRAMS, FILES.flask)], {
    JUPYTERHUB_API_TOKEN: TOKEN,
    JUPYTERHUB_API_URL: `${hub.url}/hub/api`,
    JUPYTERHUB_CLIENT_ID: 'service-away',
    JUPYTERHUB_HOST: hub.url,
    JUPYTERHUB_OAUTH_CALLBACK_URL: wayBack,
    JUPYTERHUB_SERVICE_NAME: 'away',
    JUPYTERHUB_SERVICE_PREFIX: '/services/away/',
    JUPYTERHUB_SERVICE_URL: url,
  })
  await eventually(async () => (await statusAt('away')) === 302).catch((error: unknown) => {
    throw new Error(program.output, { cause: error })
  })

  for (const asks of [true, false]) {
    // Signed out: the form that signs in, and the one that allows, both end on the other host.
    const ada = await newPage()
    await ada.goto(away)
    await ada.getByLabel('User name').fill('ada')
    await ada.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await ada.getByRole('button', { name: 'Sign in' }).click()
    if (asks) await ada.getByRole('button', { name: 'Allow' }).click()
    await ada.waitForURL(away)
    expect(await bodyOf(ada)).toMatchObject({ by: 'flask', user: { name: 'ada' } })
  }

  expect(await api('DELETE')).toBe(200)
  await eventually(async () => (await fetch(`${hub.url}/services/away/`)).status === 404)
})

test('a service that dies is started again, and ends with the hub; its secret is in no command line', async () => {
  const first = await pidOf('tornado')
  await fetch(`${hub.url}/services/tornado/crash`).catch(() => undefined)
  await eventually(
    async () => (await statusAt('tornado')) === 302 && (await pidOf('tornado')) !== first,
  )

  const pid = await pidOf('flask')
  const command = () => readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  expect(command()).toContain('flask_whoami.py')
  expect(command()).not.toMatch(/[0-9a-f]{32}/)
  await hub.stop()
  expect(command).toThrow('ENOENT')
})
