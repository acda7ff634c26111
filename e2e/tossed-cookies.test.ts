import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { Certificates } from '../rigs/proxy-differential/certificates.ts'
import { openBrowser } from './browser.ts'
import { ada, bob, cookiesOf, HostileHub, setCookies, signedIn } from './hostile/hostile-hub.ts'
import { freePort } from './running-hub.ts'

/** By https, with a host for everybody: what a page of somebody's server can set is never the hub's. */
let certificate: Certificates
let site: HostileHub
let browser: Browser

beforeAll(async () => {
  certificate = new Certificates()
  site = await HostileHub.open({ port: await freePort(), host: 'hub.localhost', certificate })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
  certificate?.[Symbol.dispose]()
})

/** A page of ada's server sets her own credential, and rubbish, in every place that it can. */
async function toss(page: Page, secret: string): Promise<void> {
  await page.goto(`${site.url.replace('hub.', 'ada.hub.')}/user/ada/page`)
  const names = ['__Host-jupyterhub-hub-login', 'jupyterhub-hub-login', 'jupyterhub-session-id']
  const places = ['/hub/home', '/hub/', '/'].flatMap((path) =>
    ['', '; secure'].map((secure) => `; path=${path}; domain=hub.localhost${secure}`),
  )
  for (const place of places)
    await setCookies(page, ...names.map((name) => `${name}=${secret}${place}`))
}

test('a page of a server signs nobody in, and nobody out, by cookies for the hub’s domain', async () => {
  const adas = await signedIn(browser, site, ada)
  const secret = (await adas.context().cookies()).find(({ name }) => name.endsWith('-hub-login'))
  expect(secret).toMatchObject({ name: '__Host-jupyterhub-hub-login', domain: 'hub.localhost' })
  const bobs = await signedIn(browser, site, bob)
  const nobodys = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()

  for (const page of [bobs, nobodys]) {
    await toss(page, 'rubbish')
    await toss(page, secret?.value ?? '')
    const tossed = await cookiesOf(page.context())
    expect(tossed).toContain('jupyterhub-hub-login .hub.localhost /hub/home')
    expect(tossed.filter((each) => each.startsWith('__Host-jupyterhub-hub-login .'))).toEqual([])
  }

  const home = await bobs.goto(`${site.url}/hub/home`)
  expect(await bobs.content()).toContain('"name":"bob"')
  await nobodys.goto(`${site.url}/hub/home`)
  await nobodys.waitForURL('**/hub/login**')
  // The server says this, too, for a year and for everybody below; the hub's own word stands.
  expect(home?.headers()['strict-transport-security']).toBe('max-age=2592000')
  const page = await bobs.goto(`${site.url.replace('hub.', 'ada.hub.')}/user/ada/page`)
  expect(page?.headers()['strict-transport-security']).toBe('max-age=2592000')
})
