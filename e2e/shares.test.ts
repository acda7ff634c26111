import { setTimeout as delay } from 'node:timers/promises'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { addShareCode } from '#core/contract/shares.ts'

import { openBrowser, seriousFindings, signIn, startServer } from './browser.ts'
import { eventually, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
const bob = { name: 'bob', password: 'capablanca endgame 1921' }
const CONTENTS = '/user/ada/api/contents'
const PROMISE_MS = 10_000
let hub: RunningHub
let browser: Browser

beforeAll(async () => {
  hub = await RunningHub.create({ config: 'shares: {everyone: true}\n' })
  for (const { name, password } of [ada, bob]) await hub.addUser(name, password)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

const newPage = async () => (await browser.newContext({ reducedMotion: 'reduce' })).newPage()

/** What ada's server answers Lab's own script, with its cookies and the XSRF token among them. */
async function statusOf(lab: Page, path: string): Promise<number> {
  const cookies = await lab.context().cookies(`${hub.url}${path}`)
  const xsrf = cookies.find((each) => each.name === '_xsrf' && each.path === '/user/ada/')
  return lab.evaluate(
    async ([address = '', token = '']) =>
      (await fetch(address, { headers: { 'x-xsrftoken': token } })).status,
    [path, xsrf?.value ?? ''],
  )
}

test('a link lets somebody else into a server, and he is out of it when the owner takes that back', async () => {
  const owner = await newPage()
  await signIn(owner, hub, ada)
  await owner.waitForURL('**/hub/home')
  await startServer(owner, hub)
  const token = await hub.command('token', 'create', 'ada')
  const asOwner = (method: string, path: string, body?: object) =>
    fetch(`${hub.url}/hub/api${path}`, {
      method,
      headers: { authorization: `token ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    })
  const made = addShareCode.output.parse(
    await (await asOwner('POST', '/share-codes/ada/', {})).json(),
  )

  const guest = await newPage()
  const open = new Set<string>()
  guest.on('websocket', (socket) => {
    open.add(socket.url())
    socket.once('close', () => open.delete(socket.url()))
  })
  await guest.goto(made.full_accept_url ?? '')
  await guest.getByLabel('User name').fill(bob.name)
  await guest.getByLabel('Password', { exact: true }).fill(bob.password)
  await guest.getByRole('button', { name: 'Sign in' }).click()
  await guest.getByRole('heading', { name: 'ada shares a server with you' }).waitFor()
  expect(await seriousFindings(guest)).toEqual([])
  await guest.getByRole('button', { name: 'Accept' }).click()
  await guest.getByRole('heading', { name: 'Do you allow this?' }).waitFor()
  await guest.getByRole('button', { name: 'Allow' }).click()
  await guest.waitForURL('**/user/ada/lab**')
  await guest.locator('.jp-Launcher').waitFor({ timeout: 60_000 })
  await eventually(() => open.size > 0)
  expect(await statusOf(guest, CONTENTS)).toBe(200)
  const entries: unknown = await (await asOwner('GET', '/audit?action=share.accept')).json()
  expect(entries).toMatchObject([{ actor: { name: 'bob' }, target: { name: 'ada' } }])

  const begun = Date.now()
  expect((await asOwner('PATCH', '/shares/ada/', { user: 'bob' })).status).toBe(200)

  await eventually(async () => (await statusOf(guest, CONTENTS)) !== 200, PROMISE_MS)
  await eventually(() => open.size === 0, PROMISE_MS - (Date.now() - begun))
  console.log(`the guest was out ${Date.now() - begun} ms after`)
  expect(await statusOf(owner, CONTENTS), 'the owner works on').toBe(200)
  // Lab connects again and again; what it gets must not last.
  await delay(PROMISE_MS + 2000 - (Date.now() - begun))
  expect(await statusOf(guest, CONTENTS)).not.toBe(200)
  expect([...open]).toEqual([])
  // As long as the proxy holds him back there is nothing to be found; then the server itself refuses him.
  const opened = async () => (await guest.goto(`${hub.url}/user/ada/lab`))?.status() ?? 0
  expect([403, 404]).toContain(await opened())
  await eventually(async () => (await opened()) === 403)
  await guest.getByRole('heading', { name: 'Not allowed' }).waitFor()
})
