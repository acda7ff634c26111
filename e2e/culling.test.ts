import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn, startServer } from './browser.ts'
import { Kernel } from './clients/kernel.ts'
import { lookAt } from './look-at.ts'
import { eventually, RunningHub } from './running-hub.ts'

const IDLE_S = 8
const ada = { name: 'ada', password: 'lovelace engine 1843' }
const cyd = { name: 'cyd', password: 'engine of the world 1843' }
const bob = { name: 'bob', password: 'babbage engine 1837' }
let hub: RunningHub
let browser: Browser

beforeAll(async () => {
  hub = await RunningHub.create({
    config: `culling: { idle_after: ${IDLE_S}s, warn_before: 2s, users: { cyd: { idle_after: 40s, warn_before: 20s } } }\nactivity: { interval: 1s }\n`,
  })
  browser = await openBrowser()
  await hub.addUser(ada.name, ada.password)
  await hub.addUser(bob.name, bob.password)
  await hub.addUser(cyd.name, cyd.password)
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

const runs = async (name: string) => {
  const list: { name: string; servers: Record<string, { ready: boolean }> }[] = JSON.parse(
    await hub.command('user', 'list', '--json'),
  )
  return list.find((user) => user.name === name)?.servers['']?.ready === true
}

test('a cell that sleeps without a word, and with no browser, outlives the culler', async () => {
  const token = await hub.command('token', 'create', ada.name)
  const headers = { authorization: `token ${token}` }
  await fetch(`${hub.url}/hub/api/users/ada/server`, { method: 'POST', headers })
  await eventually(() => runs(ada.name), 60_000)
  const nap = 3 * IDLE_S
  const kernel = await Kernel.start(`${hub.url}/user/ada/`, token)
  kernel.run(`import time; time.sleep(${nap}); open("done", "w").close()`)
  const began = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  kernel[Symbol.dispose]()

  await eventually(() => existsSync(join(hub.data, 'homes/ada/done')), 60_000)
  expect(await runs(ada.name)).toBe(true)

  // Then it is idle like any other.
  await eventually(async () => !(await runs(ada.name)), 60_000)
  expect(Date.now() - began).toBeGreaterThan((nap + IDLE_S - 2) * 1000)
})

test('an idle kernel does not, though its page stays open', async () => {
  const page = await (await browser.newContext()).newPage()
  await signIn(page, hub, bob)
  await startServer(page, hub)
  await runCells(page, ['print("done")'])
  const began = Date.now()

  await eventually(async () => !(await runs(bob.name)), 40_000)

  expect(Date.now() - began).toBeGreaterThan(IDLE_S * 1000 - 2000)
  await page.getByText('Server unavailable or unreachable').waitFor({ timeout: 30_000 })
  await page.context().close()
})

test('home warns of the end, and its button keeps the server running', async () => {
  const page = await (await browser.newContext()).newPage()
  await signIn(page, hub, cyd)
  await page.getByRole('button', { name: 'Start my server' }).click()
  await page.waitForURL('**/user/**', { timeout: 90_000 })
  await page.goto(`${hub.url}/hub/home`)
  const keep = page.getByRole('button', { name: 'Keep my server running' })
  await keep.waitFor({ timeout: 40_000 })
  await lookAt(page, 'home-ending')
  await keep.click()
  const kept = Date.now()
  await keep.waitFor({ state: 'detached', timeout: 5000 })

  // It goes on for as long again, and then says why it does not.
  await page.getByText('It was stopped because nothing was done in it.').waitFor({
    timeout: 80_000,
  })
  expect(Date.now() - kept).toBeGreaterThan(39_000)
  expect(await runs(cyd.name)).toBe(false)
  await page.context().close()
})
