import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn, startServer } from './browser.ts'
import { Kernel } from './clients/kernel.ts'
import { eventually, RunningHub } from './running-hub.ts'

const IDLE_S = 8
const ada = { name: 'ada', password: 'lovelace engine 1843' }
const bob = { name: 'bob', password: 'babbage engine 1837' }
let hub: RunningHub
let browser: Browser

beforeAll(async () => {
  hub = await RunningHub.create({
    config: `culling: { idle_after: ${IDLE_S}s, warn_before: 2s }\nactivity: { interval: 1s }\n`,
  })
  browser = await openBrowser()
  await hub.addUser(ada.name, ada.password)
  await hub.addUser(bob.name, bob.password)
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
