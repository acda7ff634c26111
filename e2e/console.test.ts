import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, signIn } from './browser.ts'
import { lookAt } from './look-at.ts'
import { RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
let hub: RunningHub
let browser: Browser
let page: Page

beforeAll(async () => {
  hub = await RunningHub.create({
    config: 'spawner: {start_timeout: 30s}\nauthenticator: {use: password}\n',
  })
  await hub.addUser(ada.name, ada.password, '--admin')
  browser = await openBrowser()
  page = await newPage()
  await signIn(page, hub, ada)
  await page.waitForURL('**/hub/home')
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

async function newPage(): Promise<Page> {
  const made = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
  made.setDefaultTimeout(15_000)
  return made
}

const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}\\b`) })

async function choose(name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${name}` }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

test('an admin adds people, and gets the links under which they choose passwords', async () => {
  await page.getByRole('link', { name: 'Admin' }).click()
  await page.getByText('1 person').waitFor()
  await page.getByText('Add people').click()
  await page.getByLabel('User names').fill('bob\nCarol')
  await page.getByRole('button', { name: 'Add', exact: true }).click()

  await page.getByText('3 people').waitFor()
  expect(await page.locator('.secret').count()).toBe(2)
  await lookAt(page, 'people')
  const link = (await page.locator('.secret').first().textContent()) ?? ''
  const bobs = await newPage()
  await bobs.goto(link)
  await bobs.getByLabel('Password', { exact: true }).fill('a word that bob chose')
  await bobs
    .getByRole('button', { name: /password/i })
    .last()
    .click()
  await bobs.waitForURL('**/hub/home')
  expect(await bobs.getByRole('link', { name: 'Admin' }).count()).toBe(0)
  expect((await bobs.goto(`${hub.url}/hub/admin`))?.status()).toBe(403)
})

test('a name that is taken, or no name at all, is refused in words', async () => {
  await page.getByLabel('User names').fill('../etc')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText(/user name starts with/).waitFor()
  expect(await page.getByLabel('User names').inputValue()).toBe('../etc')
  await page.getByLabel('User names').fill('')
})

test('people are found, sorted, and the address keeps the view', async () => {
  await page.getByLabel('Search by name').fill('car')
  await page.getByText('1 person found').waitFor()
  expect(await row('carol').count()).toBe(1)
  expect(page.url()).toContain('search=car')
  await page.reload()
  await page.getByText('1 person found').waitFor()
  await page.getByLabel('Search by name').fill('')
  await page.getByText('3 people').waitFor()
  await page.getByRole('button', { name: 'Name' }).click()
  await expect.poll(() => page.getByRole('row').nth(1).textContent()).toContain('carol')
})

test('rights are given and taken, and a person is locked out and let in', async () => {
  await choose('carol', 'Make an admin')
  await row('carol').getByText('admin', { exact: true }).waitFor()
  await choose('carol', 'Take the admin')
  await row('carol').getByText('admin', { exact: true }).waitFor({ state: 'detached' })
  await choose('bob', 'Lock out')
  await row('bob').getByText('locked').waitFor()
  const bobs = await newPage()
  await signIn(bobs, hub, { name: 'bob', password: 'a word that bob chose' })
  await bobs.getByText('do not fit together').waitFor()
  await choose('bob', 'Unlock')
  await row('bob').getByText('locked').waitFor({ state: 'detached' })
})

test('an admin starts somebody’s server, and stops it', async () => {
  await page.getByRole('button', { name: 'Start the server of bob' }).click()
  await row('bob').getByText('Running').waitFor({ timeout: 60_000 })
  await lookAt(page, 'people-running')
  await page.getByRole('button', { name: 'Stop the server of bob' }).click()
  await row('bob').getByText('none').waitFor({ timeout: 30_000 })
})

test('groups are made, filled, emptied and removed', async () => {
  await page.getByRole('link', { name: 'Groups' }).click()
  await page.getByLabel('New group').fill('physics')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('heading', { name: 'physics' }).waitFor()
  await page.getByLabel('Add members').fill('bob, nobody-there')
  await page.getByRole('button', { name: 'Add to physics' }).click()
  await page
    .getByRole('alert')
    .getByText(/nobody-there/)
    .waitFor()
  await page.getByLabel('Add members').fill('bob carol')
  await page.getByRole('button', { name: 'Add to physics' }).click()
  await page.getByRole('button', { name: 'Take carol out of physics' }).click()
  await page.getByText('carol').waitFor({ state: 'detached' })
  await lookAt(page, 'groups')
  await page.getByRole('button', { name: 'Remove the group physics' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('There are no groups yet.').waitFor()
})

test('a person makes a token that works, and revokes it', async () => {
  await page.getByRole('link', { name: 'Access' }).click()
  await page.getByLabel('What it is for').fill('a nightly script')
  await page.getByRole('button', { name: 'Make a token' }).click()
  const token = (await page.locator('.secret').textContent()) ?? ''
  const ask = async () =>
    (await fetch(`${hub.url}/hub/api/user`, { headers: { authorization: `token ${token}` } }))
      .status
  expect(await ask()).toBe(200)
  await lookAt(page, 'access')

  await page.getByRole('button', { name: 'Revoke a nightly script' }).click()
  await page.getByText('There are none.').waitFor()
  expect(await ask()).toBe(403)
})

test('a person signs another browser of his out', async () => {
  const other = await newPage()
  await signIn(other, hub, ada)
  await other.waitForURL('**/hub/home')
  await page.reload()
  await page.getByText('this one').waitFor()

  await page
    .getByRole('button', { name: /^Sign out (?!everywhere)/ })
    .first()
    .click()

  await expect
    .poll(async () => (await other.goto(`${hub.url}/hub/home`))?.url())
    .toContain('/hub/login')
  await page.reload()
  await page.getByText('this one').waitFor()
})

test('a password is changed with the old one', async () => {
  await page.getByLabel('Present password').fill('not this one')
  await page.getByLabel('New password').fill('another engine 1844')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page
    .getByRole('alert')
    .getByText(/password/)
    .waitFor()
  await page.getByLabel('Present password').fill(ada.password)
  await page.getByLabel('New password').fill('another engine 1844')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('It is changed.').waitFor()
  const again = await newPage()
  await signIn(again, hub, { name: 'ada', password: 'another engine 1844' })
  await again.waitForURL('**/hub/home')
})

test('a person is removed after a question', async () => {
  await page.goto(`${hub.url}/hub/admin`)
  await choose('carol', 'Remove…')
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(await row('carol').count()).toBe(1)
  await choose('carol', 'Remove…')
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('2 people').waitFor()
})
