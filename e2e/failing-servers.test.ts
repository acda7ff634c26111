import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, seriousFindings, signIn } from './browser.ts'
import { lookAt } from './look-at.ts'
import { eventually, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
let hub: RunningHub
let browser: Browser
let page: Page

beforeAll(async () => {
  hub = await RunningHub.create()
  await hub.addUser(ada.name, ada.password)
  browser = await openBrowser()
  page = await (await browser.newContext()).newPage()
  await signIn(page, hub, ada)
  await page.waitForURL('**/hub/home')
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

async function restartWith(spawner: string): Promise<void> {
  await hub.stop()
  writeFileSync(join(hub.data, 'config.yaml'), `spawner:\n${spawner}`)
  await hub.start()
  await page.goto(`${hub.url}/hub/home`)
  await page.getByRole('button', { name: /Start my server|Try again/ }).click()
}

test('a command that fails: the page says how it ended, with the last lines of its log, control characters and tokens taken out', async () => {
  await restartWith(
    `  command: [sh, -c, 'printf "\\033[31mno such module: jupyter\\033[0m token=0123456789abcdef0123456789abcdef\\n"; exit 3', sh]\n`,
  )

  await page.getByText('exited with code 3').first().waitFor()
  await page.getByText('no such module: jupyter').first().waitFor()

  const text = await page.locator('main').innerText()
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('[31m')
  expect(text).not.toContain('0123456789abcdef')
  expect(await seriousFindings(page)).toEqual([])
})

test('a command that is not there: the page names it and the setting', async () => {
  await restartWith('  command: [/nowhere/jupyterhub-singleuser]\n')

  await page.getByText('There is no program /nowhere/jupyterhub-singleuser').first().waitFor()
  await page.getByText('spawner.command').first().waitFor()
})

test('a server that never answers is given up after the told time, and nothing of it is left', async () => {
  await restartWith(
    `  start_timeout: 3s\n  command: [sh, -c, 'echo still thinking; sleep 1000', sh]\n`,
  )

  await page.getByText('It did not answer within 3 s.').first().waitFor()
  await page.getByText('still thinking').first().waitFor()

  await page.goto(`${hub.url}/hub/home`)
  await page.getByText('Ended by itself').first().waitFor()
})

test('a start can be cancelled', async () => {
  await restartWith(`  command: [sh, -c, 'echo waiting; sleep 1000', sh]\n`)

  await page.getByText('waiting', { exact: true }).first().waitFor({ state: 'attached' })
  await lookAt(page, 'starting')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForURL('**/hub/home')

  await eventually(async () => (await page.getByText('Stopped', { exact: true }).count()) === 1)
})
