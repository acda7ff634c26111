import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, runFurtherCells, signIn } from './browser.ts'
import { publicFolder } from './public-folder.ts'
import { eventually, freePort, RunningHub } from './running-hub.ts'

const ADA = 'adá@example.org'
const PASSWORD = 'one word for all of them'
const CHP = join(import.meta.dirname, '../node_modules/.bin/configurable-http-proxy')

const TOKEN = 'token-of-the-test-alone'

let place: ReturnType<typeof publicFolder>
let hub: RunningHub
let proxy: ChildProcess
let ports: { readonly front: number; readonly api: number; readonly hub: number }
/** Where people reach it: at the proxy. */
let site: { readonly url: string }
let browser: Browser
let page: Page

beforeAll(async () => {
  ports = { front: await freePort(), api: await freePort(), hub: await freePort() }
  site = { url: `http://127.0.0.1:${ports.front}` }
  place = publicFolder()
  writeFileSync(join(place.folder, 'token'), `${TOKEN}\n`)
  proxy = startProxy()
  hub = await RunningHub.create({
    port: ports.hub,
    config: `
public_url: ${site.url}
external_proxy: { api_url: 'http://127.0.0.1:${ports.api}', token_file: ${place.folder}/token }
authenticator: { use: dummy, allow: everyone, password: ${PASSWORD} }
`,
  })
  browser = await openBrowser()
  page = await (await browser.newContext()).newPage()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
  proxy?.kill('SIGTERM')
  await place?.[Symbol.asyncDispose]()
})

/** configurable-http-proxy as npm has it, told no more than where it listens and who draws its error pages. */
function startProxy(): ChildProcess {
  const args = Object.entries({
    '--ip': '127.0.0.1',
    '--port': ports.front,
    '--api-ip': '127.0.0.1',
    '--api-port': ports.api,
    '--error-target': `http://127.0.0.1:${ports.hub}/hub/error`,
  })
  return spawn(process.execPath, [CHP, ...args.flat().map(String)], {
    env: { CONFIGPROXY_AUTH_TOKEN: TOKEN },
    stdio: 'ignore',
  })
}

async function routes(): Promise<readonly string[]> {
  const headers = { authorization: `token ${TOKEN}` }
  const answer = await fetch(`http://127.0.0.1:${ports.api}/api/routes`, { headers }).catch(
    () => undefined,
  )
  return answer ? Object.keys(Object(await answer.json())).toSorted() : []
}

test('the hub starts no proxy, and says where it sets its routes', () => {
  expect(() => hub.pidOf('apps/proxy')).toThrow(/not running/)
  expect(hub.errors).toContain(
    `no proxy is started: the hub sets its routes at http://127.0.0.1:${ports.api}`,
  )
})

test('somebody signs in through it, starts a server, and a cell runs', async () => {
  await signIn(page, site, { name: ADA, password: PASSWORD })
  await page.waitForURL('**/hub/home')
  await page.getByRole('button', { name: 'Start my server' }).click()
  await page.waitForURL('**/lab**', { timeout: 90_000, waitUntil: 'commit' })
  await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 })

  expect((await runCells(page, ['kept = 6', 'kept * 7'])).trim()).toBe('42')
  expect(await routes()).toEqual(['/', `/user/${ADA}`])
})

test('a proxy that is killed and started again gets all routes back, and the kernel lives on', async () => {
  const gone = new Promise((resolve) => proxy.once('exit', resolve))
  proxy.kill('SIGKILL')
  await gone
  proxy = startProxy()

  await eventually(async () => (await routes()).length === 2, 60_000)

  const context = page.context()
  await page.close()
  page = await context.newPage()
  await page.goto(`${site.url}/user/${encodeURI(ADA)}/lab/tree/Untitled.ipynb`)
  await page.locator('#jp-main-statusbar').getByText('Idle').waitFor({ timeout: 90_000 })
  expect(await runFurtherCells(page, ['kept * 8'])).toContain('48')
})

test('a stopped server has no route, and its address leads to the hub', async () => {
  await page.goto(`${site.url}/hub/home`)
  await page.getByRole('button', { name: 'Stop my server' }).click()
  await page.getByText('Stopped', { exact: true }).waitFor()

  expect(await routes()).toEqual(['/'])
  const gone = await page.request.get(`${site.url}/user/${encodeURI(ADA)}/api/kernels`)
  expect(gone.status()).toBe(424)
})

test('what the proxy cannot do is said once, and is no trouble', async () => {
  await page.goto(`${site.url}/hub/logout`)
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  await signIn(page, site, { name: ADA, password: PASSWORD })
  await page.waitForURL('**/hub/home')
  await page.goto(`${site.url}/hub/logout`)
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

  expect(hub.errors.match(/cannot close connections/g)).toHaveLength(1)
  expect(hub.errors).not.toMatch(/trouble|unforeseen/)
})
