import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn, startServer } from './browser.ts'
import { lookAt } from './look-at.ts'
import { RunningHub, shotFolder } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
let hub: RunningHub
let browser: Browser
let page: Page

beforeAll(async () => {
  hub = await RunningHub.create()
  browser = await openBrowser()
  // What moves is looked at when it has come to rest.
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

const look = (name: string) => lookAt(page, name)

test('two posts of the set-up code at once make one admin', async () => {
  const code = hub.setUpLink.split('#')[1] ?? ''
  const first = await fetch(`${hub.url}/hub/setup`)
  const cookie = (first.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  const xsrf = cookie.slice('_xsrf='.length)
  const post = (name: string) =>
    fetch(`${hub.url}/hub/api/set-up`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, 'x-xsrftoken': xsrf },
      body: JSON.stringify({ code, name, password: 'a parallel password' }),
    })

  const answers = await Promise.all([post('first'), post('second')])

  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400])
  // One line names the columns.
  expect((await hub.command('user', 'list')).split('\n')).toHaveLength(2)
})

test('a first admin is made under the link, and only once', async () => {
  await hub[Symbol.asyncDispose]()
  hub = await RunningHub.create()
  await page.goto(hub.setUpLink)
  await look('set-up')

  await page.getByLabel('User name').fill('Ada')
  await page.getByLabel('Password', { exact: true }).fill('ada')
  await page.getByRole('button', { name: 'Create admin' }).click()
  await page.getByText('too short').waitFor()
  expect(await page.getByLabel('User name').inputValue()).toBe('Ada')
  await look('set-up-refused')
  await page.getByLabel('Password', { exact: true }).fill(ada.password)
  await page.getByRole('button', { name: 'Create admin' }).click()
  await page.waitForURL('**/hub/home')
  await look('home')

  expect(page.url()).not.toContain('#')
  await page.goto(hub.setUpLink)
  await page.getByText('has an admin already').waitFor()
  await look('set-up-over')
})

test('signing out and in again works, and a wrong password is told', async () => {
  await page.goto(`${hub.url}/hub/home`)
  await page.getByRole('link', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  await look('signed-out')

  await signIn(page, hub, { ...ada, password: 'not the password' })
  await page.getByText('do not fit together').waitFor()
  await look('sign-in-refused')
  await signIn(page, hub, ada)
  await page.waitForURL('**/hub/home')
})

test('a cell runs in JupyterLab, from the button at home to the 42', async () => {
  // By the page of a start under way, or, where the server is ready at once, without it.
  await page.getByRole('button', { name: 'Start my server' }).click()
  await page.waitForURL('**/user/ada/lab**', { timeout: 90_000 })
  await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 })

  const output = await runCells(page, ['6*7'])

  expect(output.trim()).toBe('42')
  await page.screenshot({ path: join(shotFolder(), 'lab.png') })
})

test("Lab's own menu leads back to the hub, where the server is stopped", async () => {
  await page.getByRole('menuitem', { name: 'File', exact: true }).click()
  const opened = page.context().waitForEvent('page')
  await page.getByRole('menuitem', { name: 'Hub Control Panel' }).click()
  page = await opened
  await page.waitForURL('**/hub/home')
  await page.getByText('Running', { exact: true }).waitFor()
  await look('home-running')

  await page.getByRole('button', { name: 'Stop my server' }).click()
  await page.getByText('Stopped', { exact: true }).waitFor()

  expect(hub.serverPids()).toEqual([])
  await look('home-stopped')
})

test('the address of a stopped server offers to start it, and tells programs that it is gone', async () => {
  await page.goto(`${hub.url}/user/ada/lab`)
  await page.getByRole('button', { name: 'Start server' }).waitFor()
  await look('stopped')

  const answer = await page.request.get(`${hub.url}/user/ada/api/kernels`)

  expect(answer.status()).toBe(424)
  expect(await answer.text()).toContain('no longer running')
})

test('pages that are not there, or not for this person, say so', async () => {
  expect((await page.goto(`${hub.url}/hub/nothing`))?.status()).toBe(404)
  await look('error-404')
  expect((await page.goto(`${hub.url}/hub/error/503?url=/user/ada/lab`))?.status()).toBe(503)
  await page.getByRole('heading', { name: 'This server is gone' }).waitFor()
  await look('error-503')
  expect((await page.goto(`${hub.url}/hub/error/500`))?.status()).toBe(500)
  await look('error-500')
})

test('the server starts a second time', async () => {
  await startServer(page, hub)

  expect(await runCells(page, ['print("again")'])).toContain('again')
})
