import { get } from 'node:http'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn } from './browser.ts'
import { freePort, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
const bob = { name: 'josé', password: 'capablanca endgame 1921' }
let hub: RunningHub
let browser: Browser
/** Where browsers find it; they take every name below localhost for this machine. */
let site: { readonly url: string }
let page: Page

beforeAll(async () => {
  const port = await freePort()
  site = { url: `http://hub.localhost:${port}` }
  hub = await RunningHub.create({
    port,
    config: `public_url: ${site.url}\nsubdomains: true\n`,
  })
  await hub.addUser(ada.name, ada.password, '--admin')
  await hub.addUser(bob.name, bob.password)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

const originOf = (label: string) => site.url.replace('hub.', `${label}.hub.`)

/** Signs in, and starts a server from the button at home. */
async function inLab(who: { readonly name: string; readonly password: string }): Promise<Page> {
  const opened = await (await browser.newContext()).newPage()
  await signIn(opened, site, who)
  await opened.waitForURL('**/hub/home')
  await opened.getByRole('button', { name: 'Start my server' }).click()
  await opened.waitForURL('**/lab**', { timeout: 90_000 })
  await opened.locator('.jp-Launcher').waitFor({ timeout: 60_000 })
  return opened
}

/** What a script of the page gets of an address, with its cookies: the status, or that it gets nothing. */
const fetched = (from: Page, url: string, method = 'GET') =>
  from.evaluate(
    async ([address = '', verb = '']) => {
      const answer = await fetch(address, { method: verb, credentials: 'include' }).catch(
        () => null,
      )
      return answer?.status ?? 'nothing'
    },
    [url, method],
  )

/** Asks as whoever knows the hub under a name. */
function asked(host: string, path: string) {
  return new Promise<{ readonly status: number; readonly location: string | undefined }>(
    (resolve, reject) => {
      const options = { host: '127.0.0.1', port: hub.port, path, headers: { host } }
      get(options, ({ statusCode = 0, headers: { location } }) =>
        resolve({ status: statusCode, location }),
      ).once('error', reject)
    },
  )
}

test('from the hub’s host a person comes to his own, where Lab runs a cell', async () => {
  page = await inLab(ada)

  expect(new URL(page.url()).origin).toBe(originOf('ada'))
  expect((await runCells(page, ['6*7'])).trim()).toBe('42')
})

test('somebody whose name is no label has a host all the same', async () => {
  const his = await inLab(bob)

  expect(new URL(his.url()).origin).toBe(originOf('xn--jos-dma'))
  expect((await runCells(his, ['6*8'])).trim()).toBe('48')
})

test('a page of one server reads neither the hub nor another server', async () => {
  const his = originOf('xn--jos-dma')
  expect(await fetched(page, `${originOf('ada')}/user/ada/api`)).toBe(200)

  expect(await fetched(page, `${site.url}/hub/home`)).toBe('nothing')
  expect(await fetched(page, `${site.url}/hub/api/users`)).toBe('nothing')
  expect(await fetched(page, `${site.url}/hub/api/users/ada/tokens`, 'POST')).toBe('nothing')
  expect(await fetched(page, `${his}/user/jos%C3%A9/api/contents`)).toBe('nothing')
  // On its own host there is nothing of the hub either.
  expect(await fetched(page, `${originOf('ada')}/hub/api/user`)).toBe('nothing')

  const { cookies } = await page.context().storageState()
  const of = (name: string) => cookies.find((cookie) => cookie.name === name)
  expect(of('jupyterhub-hub-login')).toMatchObject({ domain: 'hub.localhost', path: '/hub/' })
  expect(of('jupyterhub-session-id')).toMatchObject({ domain: '.hub.localhost', path: '/' })
  expect(of('jupyterhub-user-ada')).toMatchObject({ domain: 'ada.hub.localhost' })
})

test('an admin comes into another’s server on its own host, and not without the other’s consent page', async () => {
  await page.goto(`${originOf('xn--jos-dma')}/user/jos%C3%A9/lab`)

  // Admins hold access to servers; the hub asks before it lets somebody else's server know them.
  await page.waitForURL(/\/hub\/api\/oauth2\/authorize|\/lab/)
  expect(new URL(page.url()).origin).toBe(site.url)
})

test("Lab's own menu leads to the hub's host, and the server's address back to it from a stop", async () => {
  await page.goto(`${originOf('ada')}/user/ada/lab`)
  await page.locator('.jp-Launcher, .jp-NotebookPanel').first().waitFor({ timeout: 60_000 })
  await page.getByRole('menuitem', { name: 'File', exact: true }).click()
  const opened = page.context().waitForEvent('page')
  await page.getByRole('menuitem', { name: 'Hub Control Panel' }).click()
  const home = await opened
  await home.waitForURL(`${site.url}/hub/home`)

  await home.getByRole('button', { name: 'Stop my server' }).click()
  await home.getByText('Stopped', { exact: true }).waitFor()
  await home.goto(`${originOf('ada')}/user/ada/lab`)
  await home.getByRole('button', { name: 'Start server' }).waitFor()
  expect(new URL(home.url()).origin).toBe(site.url)
  await home.getByRole('button', { name: 'Start server' }).click()
  await home.waitForURL(`${originOf('ada')}/user/ada/lab**`, { timeout: 90_000 })
})

test('hosts that are nobody’s lead to the hub or are refused, and signing out ends everything', async () => {
  const nobody = await asked('nobody.hub.localhost', '/')
  expect(nobody).toEqual({ status: 302, location: `${site.url}/hub/` })
  expect((await asked('a.b.hub.localhost', '/hub/')).status).toBe(421)
  expect((await asked('evil.example', '/hub/')).status).toBe(421)
  expect((await asked('127.0.0.1', '/hub/health')).status).toBe(200)

  await page.goto(`${originOf('ada')}/user/ada/lab`)
  await page.locator('.jp-Launcher, .jp-NotebookPanel').first().waitFor({ timeout: 60_000 })
  await page.goto(`${site.url}/hub/logout`)
  await page.goto(`${originOf('ada')}/user/ada/lab`)
  await page.waitForURL(`${site.url}/hub/login**`)
})
