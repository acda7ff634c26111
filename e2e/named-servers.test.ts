import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn } from './browser.ts'
import { lookAt } from './look-at.ts'
import { RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
const FORM = `spawner:
  form:
    - { name: size, label: Size, type: choice, choices: [small, large], environment: SIZE }
    - { name: cores, label: Cores, type: number, min: 1, max: 4 }
    - { name: gpu, label: With a GPU, type: boolean, environment: GPU }
    - { name: parts, label: Further parts, help: They take a minute each., type: multi, choices: [R, Julia, Octave], environment: PARTS }
`
let hub: RunningHub
let browser: Browser
let page: Page

beforeAll(async () => {
  hub = await RunningHub.create({ config: FORM })
  browser = await openBrowser()
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
  await hub.addUser(ada.name, ada.password)
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

test('a further server is made at home, started with what was chosen, and entered', async () => {
  await signIn(page, hub, ada)
  await page.waitForURL('**/hub/home')
  await page.getByLabel('What it is called').fill('My big one')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.waitForURL('**/hub/spawn/ada/my-big-one')
  await lookAt(page, 'spawn-form')

  await page.getByLabel('Size').selectOption('large')
  await page.getByLabel('Cores').fill('2')
  await page.getByLabel('With a GPU').check()
  for (const part of ['R', 'Octave']) await page.getByLabel(part, { exact: true }).check()
  await page.getByRole('button', { name: 'Start' }).click()
  await page.waitForURL('**/user/ada/my-big-one/lab**', { timeout: 90_000 })
  await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 })

  const output = await runCells(page, [
    'import os; "".join(os.environ[name] for name in ("SIZE", "GPU", "PARTS"))',
  ])
  expect(output).toContain('largetrueR,Octave')
})

test('home shows it with its name, and stops it', async () => {
  await page.goto(`${hub.url}/hub/home`)
  await page.getByRole('heading', { name: 'My big one' }).waitFor()
  await lookAt(page, 'home-named')
  await page.getByRole('button', { name: 'Stop My big one' }).click()
  await page.getByRole('button', { name: 'Start My big one' }).waitFor({ timeout: 30_000 })

  expect(hub.serverPids()).toEqual([])
})

test('its address offers to start it; what it was started with is remembered', async () => {
  await page.goto(`${hub.url}/user/ada/my-big-one/lab`)
  await page.getByRole('button', { name: 'Start server' }).click()
  await page.waitForURL('**/hub/spawn/ada/my-big-one**')

  expect(await page.getByLabel('Size').inputValue()).toBe('large')
})

test('it is taken away at home, after a question', async () => {
  await page.goto(`${hub.url}/hub/home`)
  await page.getByRole('button', { name: 'Remove My big one' }).click()
  await lookAt(page, 'home-removing')
  await page.getByRole('button', { name: 'Leave it' }).click()
  await page.getByRole('button', { name: 'Remove My big one' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await page.getByRole('heading', { name: 'My big one' }).waitFor({ state: 'detached' })

  expect(await hub.command('server', 'list', 'ada')).not.toContain('my-big-one')
})
