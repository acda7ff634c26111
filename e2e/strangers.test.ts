import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, seriousFindings, signIn, startServer } from './browser.ts'
import { RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
const bob = { name: 'bob', password: 'a different engine 9' }
let hub: RunningHub
let browser: Browser

beforeAll(async () => {
  hub = await RunningHub.create()
  await hub.addUser(ada.name, ada.password)
  await hub.addUser(bob.name, bob.password)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

test("one person opens another's server: refused, and no byte of it is seen", async () => {
  const adas = await (await browser.newContext()).newPage()
  await signIn(adas, hub, ada)
  await startServer(adas, hub)
  const bobs = await (await browser.newContext()).newPage()
  await signIn(bobs, hub, bob)
  await bobs.waitForURL('**/hub/home')

  const answer = await bobs.goto(`${hub.url}/user/ada/lab`)

  expect(answer?.status()).toBe(403)
  expect(bobs.url()).toContain('/hub/api/oauth2/authorize')
  await bobs.getByRole('heading', { name: 'Not allowed' }).waitFor()
  expect(await bobs.content()).not.toContain('jupyter-config-data')
  expect(await seriousFindings(bobs)).toEqual([])
  expect((await bobs.request.get(`${hub.url}/user/ada/api/kernels`)).status()).toBe(403)
  expect((await bobs.request.delete(`${hub.url}/hub/api/users/ada/server`)).status()).toBe(403)
})

test('a sign-up link is good once, and nobody has the account before its owner came', async () => {
  const link = await hub.command('user', 'add', 'carol')
  const page = await (await browser.newContext()).newPage()
  await signIn(page, hub, { name: 'carol', password: 'carol carol carol' })
  await page.getByText('do not fit together').waitFor()

  await page.goto(link)
  await page.getByRole('heading', { name: 'Welcome, carol' }).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await page.getByLabel('Password', { exact: true }).fill('my very own words')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.waitForURL('**/hub/home')

  await page.goto(`${hub.url}/hub/logout`)
  await page.goto(link)
  await page.getByRole('heading', { name: 'This link is no longer good' }).waitFor()
})

test('twenty wrong passwords are braked with a told delay, while the owner signs in with a browser that is known', async () => {
  const owners = await (await browser.newContext()).newPage()
  await signIn(owners, hub, bob)
  await owners.waitForURL('**/hub/home')
  await owners.goto(`${hub.url}/hub/logout`)

  const guesses = await (await browser.newContext()).newPage()
  const form = await guesses.request.get(`${hub.url}/hub/login`)
  const xsrf = /"xsrf":"([^"]+)"/.exec(await form.text())?.[1] ?? ''
  const statuses: number[] = []
  let waitFor = 0
  for (let i = 0; i < 20; i++) {
    const answer = await guesses.request.post(`${hub.url}/hub/login`, {
      form: { username: 'bob', password: `guess ${i}`, _xsrf: xsrf },
    })
    statuses.push(answer.status())
    waitFor = Math.max(waitFor, Number(answer.headers()['retry-after'] ?? 0))
  }

  expect(statuses.slice(0, 5)).toEqual([403, 403, 403, 403, 403])
  expect(statuses.slice(5).every((status) => status === 429)).toBe(true)
  expect(waitFor).toBeGreaterThan(0)
  await signIn(owners, hub, bob)
  await owners.waitForURL('**/hub/home')
})

test('a room of people behind one address signs in at once', async () => {
  const names = Array.from({ length: 24 }, (_, i) => `student-${i}`)
  for (const name of names) await hub.addUser(name, `the word of ${name}`)

  const results = await Promise.all(
    names.map(async (name, i) => {
      const form = await fetch(`${hub.url}/hub/login`)
      const cookie = (form.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
      const post = (password: string) =>
        fetch(`${hub.url}/hub/login`, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie },
          body: new URLSearchParams({
            username: name,
            password,
            _xsrf: cookie.slice('_xsrf='.length),
          }),
        })
      // Every fourth one mistypes first.
      if (i % 4 === 0) await post('mistyped')
      return (await post(`the word of ${name}`)).status
    }),
  )

  expect(new Set(results)).toEqual(new Set([302]))
})
