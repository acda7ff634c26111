import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openBrowser } from './browser.ts'
import {
  ada,
  bob,
  cookiesOf,
  cookiesSeenBy,
  HostileHub,
  readBy,
  registerWorker,
  scripted,
  setCookies,
  signedIn,
} from './hostile/hostile-hub.ts'
import { eventually, freePort } from './running-hub.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => browser?.close())

const LASTING = [
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
  'public-key-pins',
  'expect-ct',
  'nel',
  'report-to',
  'accept-ch',
  'critical-ch',
  'use-as-dictionary',
  'set-login',
]
const KEEP = "localStorage.setItem('of the hub', 'kept')"
const KEPT = "return localStorage.getItem('of the hub')"
const XSRF = /"xsrf":"([^"]+)"/

describe('on one origin', () => {
  let site: HostileHub
  /** bob's browser, in which he has followed ada's link. */
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    site = await HostileHub.open({ port: await freePort() })
    page = await signedIn(browser, site, bob)
    context = page.context()
    await scripted(page, KEEP)
    // As hubs leave them that keep credentials for a whole host, and older ones.
    const elsewhere = ['jupyterhub-user-bob', 'service-grader', 'jupyterhub-services']
    await context.addCookies([
      ...elsewhere.map((name) => ({ name, value: 'secret', url: `${site.url}/`, httpOnly: true })),
      { name: 'of-nobody', value: '1', url: `${site.url}/` },
    ])
  })
  afterAll(async () => {
    await context?.close()
    await site?.[Symbol.asyncDispose]()
  })

  test('no answer of a server sets a cookie outside its route, clears anything, or stays with the browser', async () => {
    const before = await cookiesOf(context)

    for (const path of ['/user/ada/page', '/user/ada/sw.js', '/user/ada']) {
      const answer = await page.goto(site.url + path)
      const headers = Object.keys(answer?.headers() ?? {})
      expect(headers).not.toEqual(
        expect.arrayContaining([expect.stringMatching(LASTING.join('|'))]),
      )
      expect(answer?.headers()['x-content-type-options']).toBe('nosniff')
    }

    const after = await cookiesOf(context)
    expect(after.filter((each) => !before.includes(each))).toEqual([
      'jupyterhub-user-ada 127.0.0.1 /user/ada/',
      'within 127.0.0.1 /user/ada/',
    ])
    expect(before.filter((each) => !after.includes(each))).toEqual([])
    await page.goto(`${site.url}/hub/home`)
    expect(await scripted(page, KEPT)).toBe('kept')
  })

  test('no answer of a server widens a service worker beyond its route', async () => {
    await page.goto(`${site.url}/user/ada/page`)

    for (const script of ['/user/ada/sw.js', '/user/ada', '/user/%61da'])
      for (const scope of ['/', '/user/', '/user/bob/', '/hub/'])
        expect(await registerWorker(page, script, scope)).toBe('SecurityError')
    for (const script of ['/user/ada/sw.js', '/user/ada'])
      expect(await registerWorker(page, script, '/user/ada/')).toBe(`${site.url}/user/ada/`)

    const scopes = await scripted(
      page,
      'return (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope)',
    )
    expect(scopes).toEqual([`${site.url}/user/ada/`])
  })

  test('a server gets of an admin who follows its link no credential for the hub or for others', async () => {
    await page.goto(`${site.url}/user/ada/page`)

    expect(await cookiesSeenBy(page, `${site.url}/user/ada/`)).toEqual([
      'jupyterhub-session-id',
      'jupyterhub-user-ada',
      'of-nobody',
      'within',
    ])
    await page.goto(`${site.url}/user/bob/page`)
    expect(await cookiesSeenBy(page, `${site.url}/user/bob/`)).toContain('jupyterhub-user-bob')
  })

  test('not held: a script of the server is the visitor, wherever he may go', async () => {
    await page.goto(`${site.url}/user/ada/page`)

    const home = await readBy(page, `${site.url}/hub/home`)
    expect(home.text).toContain('"name":"bob"')
    const made = await readBy(page, `${site.url}/hub/api/users/mallory`, {
      method: 'POST',
      headers: { 'x-xsrftoken': XSRF.exec(home.text)?.[1] ?? '' },
    })
    expect(made.status).toBe(201)
    expect((await readBy(page, `${site.url}/user/bob/page`)).text).toContain('hostile')
    expect(await scripted(page, KEPT)).toBe('kept')
    const opened = (address: string) =>
      scripted(
        page,
        `const other = open(${JSON.stringify(address)})
         const deadline = Date.now() + 30_000
         try {
           while (Date.now() < deadline && !other.document.body?.textContent)
             await new Promise((resolve) => setTimeout(resolve, 50))
           return other.document.body.textContent
         } catch (error) {
           return error.name
         } finally {
           other.close()
         }`,
      )
    expect(await opened('/user/bob/page')).toBe('hostile')
    // The hub's own pages cut themselves off from whoever opened them.
    expect(await opened('/hub/home')).toBe('SecurityError')
  })

  test('not held: a script hears and stores for the whole host, and has workers where others serve a script', async () => {
    const other = await context.newPage()
    await other.goto(`${site.url}/hub/home`)
    const heard = scripted(
      other,
      `return new Promise((resolve) => {
         new BroadcastChannel('any').onmessage = ({ data }) => resolve(data)
       })`,
    )
    await page.goto(`${site.url}/user/ada/page`)
    await scripted(
      page,
      `setInterval(() => new BroadcastChannel('any').postMessage('from ada'), 100)
       const cache = await caches.open('of the hub')
       await cache.put('/hub/home', new Response('from ada'))`,
    )

    expect(await heard).toBe('from ada')
    const cached = `return (await (await caches.open('of the hub')).match('/hub/home')).text()`
    expect(await scripted(other, cached)).toBe('from ada')
    await other.close()
    expect(await registerWorker(page, '/user/bob/sw.js', '/user/bob/')).toBe(
      `${site.url}/user/bob/`,
    )
  })

  test('not held: a script sets cookies for the whole host; held: it reads none of the hub’s, and chooses nobody', async () => {
    const adas = await signedIn(browser, site, ada)
    const login = (await adas.context().cookies()).find(({ name }) => name.endsWith('-hub-login'))
    await page.goto(`${site.url}/user/ada/page`)

    const readable = await scripted(page, 'return document.cookie')
    expect(readable).not.toMatch(/hub-login|session-id|jupyterhub-user|known-browser/)
    await setCookies(
      page,
      'by-script=1; path=/',
      'jupyterhub-hub-login=rubbish; path=/hub/home',
      'jupyterhub-hub-login=rubbish; path=/hub/',
      '_xsrf=rubbish; path=/hub/home',
    )
    expect(await cookiesOf(context)).toContain('by-script 127.0.0.1 /')
    await page.goto(`${site.url}/hub/home`)
    await page.getByRole('heading', { name: 'Home' }).or(page.getByText('bob')).first().waitFor()
    expect(await page.content()).toContain('"name":"bob"')

    // His own session, put before bob's: bob is signed out, and never works under ada's name.
    await page.goto(`${site.url}/user/ada/page`)
    await setCookies(page, `jupyterhub-hub-login=${login?.value}; path=/hub/home`)
    await page.goto(`${site.url}/hub/home`)
    await page.waitForURL('**/hub/login**')
    await adas.context().close()
  })

  test('not held: a script crowds out the cookies of others', async () => {
    const others = await signedIn(browser, site, bob)

    // Which ones a browser drops first is its own affair.
    await eventually(async () => {
      await others.goto(`${site.url}/user/ada/page`)
      await scripted(
        others,
        'for (let i = 0; i < 500; i++) document.cookie = `crowd-${Math.random()}=1; path=/user/ada/`',
      )
      await others.goto(`${site.url}/hub/home`)
      return others.url().includes('/hub/login')
    }, 60_000)
    await others.context().close()
  })
})

describe('with a host for everybody', () => {
  let site: HostileHub
  let page: Page
  const on = (label: string) => site.url.replace('hub.', `${label}.hub.`)

  beforeAll(async () => {
    site = await HostileHub.open({ port: await freePort(), host: 'hub.localhost' })
    page = await signedIn(browser, site, bob)
    await scripted(page, KEEP)
  })
  afterAll(async () => {
    await page?.context().close()
    await site?.[Symbol.asyncDispose]()
  })

  test('no answer of a server sets a cookie beyond its host or clears one, and a worker stays below its path', async () => {
    const before = await cookiesOf(page.context())

    for (const path of ['/user/ada/page', '/user/ada']) await page.goto(on('ada') + path)

    const after = await cookiesOf(page.context())
    expect(before.filter((each) => !after.includes(each))).toEqual([])
    const [added = [], elsewhere = []] = [true, false].map((his) =>
      after.filter(
        (each) => !before.includes(each) && each.includes(' ada.hub.localhost ') === his,
      ),
    )
    expect(elsewhere).toEqual([])
    expect(added.filter((each) => /jupyterhub-(?!user-ada)|domain/.test(each))).toEqual([])
    await page.goto(`${on('ada')}/user/ada/page`)
    expect(await registerWorker(page, '/user/ada/sw.js', '/')).toBe('SecurityError')
    expect(await registerWorker(page, '/user/ada', '/user/')).toBe('SecurityError')
    const own = `${on('ada')}/user/ada/`
    expect(await registerWorker(page, '/user/ada/sw.js', '/user/ada/')).toBe(own)
    await page.goto(`${site.url}/hub/home`)
    expect(await scripted(page, KEPT)).toBe('kept')
  })

  test('a server gets nothing of its visitor but his session’s id and its own cookie', async () => {
    await page.goto(`${on('bob')}/user/bob/page`)
    await page.goto(`${on('ada')}/user/ada/page`)

    const seen = await cookiesSeenBy(page, `${on('ada')}/user/ada/`)
    expect(seen.filter((name) => /jupyterhub|service|bulkhead/.test(name))).toEqual([
      'jupyterhub-session-id',
      'jupyterhub-user-ada',
    ])
  })

  test('a script of the server reads and does nothing at the hub or at another’s server', async () => {
    await page.goto(`${on('ada')}/user/ada/page`)

    for (const url of [
      `${site.url}/hub/home`,
      `${site.url}/hub/api/user`,
      `${on('bob')}/user/bob/page`,
      `${on('ada')}/hub/home`,
    ])
      expect(await readBy(page, url)).toEqual({ status: 0, text: '' })
    for (const mode of ['no-cors', 'cors'] as const)
      await readBy(page, `${site.url}/hub/api/users/mallory`, { method: 'POST', mode })
    const posted = page.context().waitForEvent('response', {
      predicate: (response) => response.url().endsWith('/hub/spawn/bob/made'),
    })
    await scripted(
      page,
      `const hub = ${JSON.stringify(site.url)}
       navigator.sendBeacon(hub + '/hub/api/users/mallory')
       const frame = Object.assign(document.createElement('iframe'), { name: 'inside' })
       document.body.append(frame)
       const form = document.body.appendChild(document.createElement('form'))
       Object.assign(form, { method: 'post', target: 'inside', action: hub + '/hub/spawn/bob/made' })
       form.submit()`,
    )
    expect((await posted).status()).toBe(403)
    expect(await scripted(page, KEPT)).toBeNull()
    expect(await site.hub.command('user', 'list')).not.toContain('mallory')
    expect(await site.hub.command('server', 'list', '--stopped')).not.toContain('made')
    const other = await scripted(
      page,
      `const opened = open(${JSON.stringify(site.url)} + '/hub/home')
       for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
         try {
           // Empty until the page has come; then it is another origin's.
           if (opened.document.URL !== 'about:blank') return 'read ' + opened.document.URL
         } catch (error) {
           return error.name
         }
         await new Promise((resolve) => setTimeout(resolve, 100))
       }`,
    )
    expect(other).toBe('SecurityError')
  })

  test('a cookie that a script sets for the hub’s domain signs nobody in as somebody else, nor out with rubbish', async () => {
    const adas = await signedIn(browser, site, ada)
    const login = (await adas.context().cookies()).find(({ name }) => name.endsWith('-hub-login'))
    await page.goto(`${on('ada')}/user/ada/page`)
    const toss = (cookie: string) => setCookies(page, `${cookie}; domain=hub.localhost`)

    for (const path of ['/hub/home', '/hub/', '/'])
      for (const name of ['jupyterhub-hub-login', 'jupyterhub-session-id', '_xsrf'])
        await toss(`${name}=rubbish; path=${path}`)
    // By https the hub keeps its credential under this name; it knows no other then.
    await toss('__Host-jupyterhub-hub-login=rubbish; path=/; secure')
    const tossed = await cookiesOf(page.context())
    expect(tossed).toContain('jupyterhub-hub-login .hub.localhost /hub/home')
    expect(tossed.filter((each) => each.startsWith('__Host-jupyterhub-hub'))).toEqual([])
    await page.goto(`${site.url}/hub/home`)
    expect(await page.content()).toContain('"name":"bob"')
    await page.getByRole('button', { name: /Stop my server/ }).click()
    await page.getByText('Stopped', { exact: true }).waitFor()

    await page.goto(`${on('ada')}/user/ada/page`)
    await toss(`jupyterhub-hub-login=${login?.value}; path=/hub/home`)
    await page.goto(`${site.url}/hub/home`)
    await page.waitForURL('**/hub/login**')

    // Not held by plain http, where nobody is signed in.
    const fresh = await (await browser.newContext()).newPage()
    await fresh.goto(`${on('ada')}/user/ada/page`)
    await setCookies(
      fresh,
      `jupyterhub-hub-login=${login?.value}; domain=hub.localhost; path=/hub/`,
    )
    await fresh.goto(`${site.url}/hub/home`)
    expect(await fresh.content()).toContain('"name":"ada"')
    await fresh.context().close()
    await adas.context().close()
  })
})
