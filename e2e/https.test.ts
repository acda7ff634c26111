import { join } from 'node:path'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { once } from 'node:events'

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { Certificates } from '../rigs/proxy-differential/certificates.ts'
import { openBrowser, runCells, runFurtherCells, startServer } from './browser.ts'
import { eventually, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
let certificates: readonly [Certificates, Certificates]
let folder: string
let hub: RunningHub
let url: string
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  certificates = [new Certificates(), new Certificates()]
  folder = mkdtempSync('/var/tmp/bulkhead-https-')
  chmodSync(folder, 0o755)
  show(certificates[0])
  hub = await RunningHub.create({
    config: `tls: { key_file: ${folder}/key.pem, cert_file: ${folder}/cert.pem }\n`,
  })
  url = `https://127.0.0.1:${hub.port}`
  browser = await openBrowser()
  context = await browser.newContext({ ignoreHTTPSErrors: true })
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
  for (const each of certificates) each[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

/** Puts the certificate and its key where the proxy reads them. */
function show({ key, cert }: Certificates): void {
  copyFileSync(key, join(folder, 'key.pem'))
  copyFileSync(cert, join(folder, 'cert.pem'))
  chmodSync(join(folder, 'key.pem'), 0o644)
}

/** Over which versions of HTTP the page came, and everything that it asked for. */
function versions(): Promise<readonly string[]> {
  return page.evaluate(`[...new Set(
    ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)).map((each) => each.nextHopProtocol),
  )]`)
}

async function shownNow(): Promise<string> {
  const socket = connect({ port: hub.port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

test('the hub, JupyterLab and a kernel come by HTTP/2, and the websocket with them', async () => {
  expect(hub.setUpLink).toContain(`${url}/hub/setup#`)
  await page.goto(hub.setUpLink)
  await page.getByLabel('User name').fill(ada.name)
  await page.getByLabel('Password', { exact: true }).fill(ada.password)
  await page.getByRole('button', { name: 'Create admin' }).click()
  await page.waitForURL('**/hub/home')
  expect(await versions()).toEqual(['h2'])

  const devtools = await context.newCDPSession(page)
  await devtools.send('Network.enable')
  const statuses: number[] = []
  devtools.on('Network.webSocketHandshakeResponseReceived', ({ response }) =>
    statuses.push(response.status),
  )
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await startServer(page, { url })
  expect((await runCells(page, ['kept = 6', 'kept * 7'])).trim()).toBe('42')

  expect(await versions()).toEqual(['h2'])
  expect(sockets).toContainEqual(expect.stringMatching(/^wss:.*\/api\/kernels\/.*\/channels/))
  // By HTTP/1.1 it would be 101.
  expect(new Set(statuses)).toEqual(new Set([200]))
})

test('a new certificate is shown from the next connection on, and the kernel does not notice', async () => {
  const before = await shownNow()
  let opened = 0
  page.on('websocket', () => opened++)
  show(certificates[1])
  process.kill(hub.pidOf('apps/proxy'), 'SIGHUP')
  await eventually(async () => (await shownNow()) !== before, 10_000)

  expect(await runFurtherCells(page, ['kept * 8'])).toContain('48')
  expect(opened).toBe(0)
})

test('a certificate that is none is refused, and the one before stays', async () => {
  const before = await shownNow()
  writeFileSync(join(folder, 'cert.pem'), 'nothing of the kind')
  process.kill(hub.pidOf('apps/proxy'), 'SIGHUP')
  await eventually(() => hub.errors.includes('stays as it is'), 10_000)

  expect(await shownNow()).toBe(before)
  expect(await runFurtherCells(page, ['kept * 9'])).toContain('54')
})

test('no cookie goes over a plain connection, and browsers are told to make none', async () => {
  const cookies = await context.cookies()
  expect(cookies.map(({ name }) => name)).toContain('jupyterhub-session-id')
  // The notebook server's own protection against forged requests is no secret of the hub's, and never says so.
  const ours = cookies.filter(({ name, path }) => !(name === '_xsrf' && path.startsWith('/user/')))
  expect(ours.filter(({ secure }) => !secure)).toEqual([])

  for (const path of ['/hub/home', `/user/${ada.name}/lab`]) {
    const answer = await context.request.get(`${url}${path}`)
    expect(answer.headers()['strict-transport-security']).toMatch(/^max-age=[1-9]\d+/)
  }
})
