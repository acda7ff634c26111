import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn, startServer } from './browser.ts'
import { eventually, isAlive, kill, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
const bob = { name: 'bob', password: 'a different engine 9' }
let hub: RunningHub
let browser: Browser
let page: Page

beforeAll(async () => {
  hub = await RunningHub.create()
  for (const { name, password } of [ada, bob]) await hub.addUser(name, password)
  browser = await openBrowser()
  page = await (await browser.newContext()).newPage()
  await signIn(page, hub, ada)
  await page.waitForURL('**/hub/home')
  await startServer(page, hub)
  await runCells(
    page,
    ['kept = "in the kernel"'].map((cell) => `${cell}\nkept`),
  )
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

/** The kernel of the open notebook still has what was put into it. */
async function kernelRemembers(): Promise<void> {
  // Lab says so when it was cut off for a moment.
  const dismiss = page.getByRole('button', { name: 'Dismiss' })
  if ((await dismiss.count()) > 0) await dismiss.first().click()
  const cell = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell').last()
  await cell.locator('.cm-content').click()
  const asked = `kept + " ${Date.now()}"`
  await page.keyboard.insertText(asked)
  await page.keyboard.press('Shift+Enter')
  await page.getByText(`in the kernel ${asked.slice(9, -1)}`).waitFor({ timeout: 60_000 })
}

const isHealthy = async () =>
  (await fetch(`${hub.url}/hub/health`).catch(() => undefined))?.status === 200

test('a hub that is killed comes back, and a running server never notices', async () => {
  const before = hub.serverPids()
  const killed = hub.pidOf('apps/hub')

  kill(killed)

  await eventually(async () => !isAlive(killed) && (await isHealthy()))
  expect(hub.serverPids()).toEqual(before)
  await kernelRemembers()
})

test('a proxy that is killed comes back with its routes, and the kernel is found again', async () => {
  const killed = hub.pidOf('apps/proxy')

  kill(killed)

  await eventually(async () => !isAlive(killed) && (await isHealthy()))
  await kernelRemembers()
})

test('a hub that is killed in the middle of a start finishes it', async () => {
  const token = await hub.command('token', 'create', 'bob')
  const ask = (method: string, path: string) =>
    fetch(`${hub.url}/hub/api/users/bob${path}`, {
      method,
      headers: { authorization: `token ${token}` },
    })
  const before = hub.serverPids()
  void ask('POST', '/server').catch(() => undefined)
  await eventually(() => hub.serverPids().length > before.length)

  kill(hub.pidOf('apps/hub'))

  await eventually(async () => {
    const answer = await ask('GET', '/server').catch(() => undefined)
    return answer?.status === 200 && (await answer.text()).includes('"ready":true')
  }, 60_000)
  const pids = hub.serverPids()
  expect((await ask('DELETE', '/server')).status).toBe(204)
  expect(pids.length).toBeGreaterThan(before.length)
  expect(hub.serverPids()).toEqual(before)
})

test('when ./start itself is killed, hub and proxy end, and the next start finds the servers', async () => {
  const before = hub.serverPids()
  const orphans = [hub.pidOf('apps/hub'), hub.pidOf('apps/proxy')]

  await hub.killSupervisor()
  await eventually(() => !orphans.some(isAlive), 20_000)
  await hub.start()

  expect(hub.serverPids()).toEqual(before)
  await kernelRemembers()
})

test('a second start on the same data is refused with one sentence', async () => {
  const second = await RunningHub.create().then(
    async (other) => {
      await other[Symbol.asyncDispose]()
      return 'started'
    },
    (error: unknown) => String(error),
  )

  // As root there is one hub on a machine; another account's data directory has its own.
  const expected = process.getuid?.() === 0 ? /is running already \(pid \d+\)/ : /^started$/
  expect(second).toMatch(expected)
  await expect(hub.start()).rejects.toThrow(/running already \(pid \d+\)/)
})

test('ending the hub leaves servers running and says so', async () => {
  const running = hub.serverPids()
  await eventually(isHealthy)
  await hub.stop().catch(() => undefined)

  expect(hub.serverPids()).toEqual(running)
})
