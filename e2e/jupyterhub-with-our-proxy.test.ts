import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { JupyterHub } from '../rigs/jupyterhub.ts'
import { openBrowser, runCells, runFurtherCells } from './browser.ts'
import { eventually, isAlive, kill } from './running-hub.ts'

/** With letters that a path has in another form than a route, and a sign that JupyterHub leaves alone in both. */
const ADA = 'adá@example.org'
const PASSWORD = 'one word for all of them'
const OPERATOR = 'token-of-the-test-alone'
/** It looks after its proxy, and compares the routes with what it knows, far more often than it would, so that it notices what it can. */
const CONFIG = `
c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = '${PASSWORD}'
c.Authenticator.allow_all = True
c.JupyterHub.db_url = 'sqlite:///jupyterhub.sqlite'
c.JupyterHub.cleanup_servers = False
c.JupyterHub.services = [{'name': 'operator', 'api_token': '${OPERATOR}'}]
c.JupyterHub.load_roles = [{'name': 'operator', 'scopes': ['proxy'], 'services': ['operator']}]
c.JupyterHub.last_activity_interval = 2
c.ConfigurableHTTPProxy.check_running_interval = 1
c.Spawner.poll_interval = 600
c.Spawner.args = ['--allow-root']
c.Spawner.cmd = ['${join(process.env['BULKHEAD_PYTHON'] ?? '', 'bin/jupyterhub-singleuser')}']
c.Spawner.http_timeout = 60
c.Spawner.start_timeout = 120
`
/** What it says of any proxy where there is no TLS. */
const SAID_OF_ANY = [/Running JupyterHub without SSL/]
/** And of any that is dead, or new. */
const SAID_OF_DEAD = [
  ...SAID_OF_ANY,
  /Proxy stopped with exit code/,
  /Found proxy pid file/,
  /(?:Proxy still running|Stopped proxy) at pid/,
  /api_request to the proxy failed with connection error/,
  /Adding missing route/,
]

let programs: string
let hub: JupyterHub
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'bulkhead-programs-'))
  symlinkSync(
    join(import.meta.dirname, '../bulkhead-proxy'),
    join(programs, 'configurable-http-proxy'),
  )
  hub = await JupyterHub.create({ programs, config: CONFIG })
  browser = await openBrowser()
  context = await browser.newContext()
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
  rmSync(programs, { recursive: true })
})

/** By the form of JupyterHub's own page, which starts a server then. */
async function signInToLab(from: Page, { url }: JupyterHub, name: string): Promise<void> {
  await from.goto(`${url}/hub/login`)
  await from.locator('#username_input').fill(name)
  await from.locator('#password_input').fill(PASSWORD)
  await from.locator('#login_submit').click()
  await from.waitForURL('**/lab**', { timeout: 120_000, waitUntil: 'commit' })
  await from.locator('.jp-Launcher').waitFor({ timeout: 90_000 })
}

/** The paths of its routes, as its own hub gets them. */
async function routes(): Promise<readonly string[]> {
  const { url, token } = hub.proxyApi
  const answer = await fetch(`${url}/api/routes`, { headers: { authorization: `token ${token}` } })
  expect(answer.status).toBe(200)
  return Object.keys(Object(await answer.json())).toSorted()
}

/** Has JupyterHub compare the routes with what it knows, as it does every few minutes. */
async function checkRoutes(): Promise<void> {
  const headers = { authorization: `token ${OPERATOR}` }
  const answer = await fetch(`${hub.url}/hub/api/proxy`, { method: 'POST', headers })
  expect(answer.status).toBe(200)
}

let heard = 0
/** What JupyterHub has complained of since this was last asked, what is `known` left out. */
function complaints(known: readonly RegExp[]): readonly string[] {
  const log = hub.log
  const said = log.slice(heard)
  heard = log.length
  return complaintsIn(said, known)
}

function complaintsIn(log: string, known: readonly RegExp[]): readonly string[] {
  return log
    .split('\n')
    .filter(
      (line) =>
        /^\[(?:W|E|C) |^\s*\w*Error:/.test(line) &&
        /proxy|route/i.test(line) &&
        !known.some((each) => each.test(line)),
    )
}

/** Opens the notebook anew, finds its kernel, and runs a cell there. @returns what the kernel answers */
async function runAgain(text: string): Promise<string> {
  await page.close()
  page = await context.newPage()
  await page.goto(`${hub.url}/user/${encodeURI(ADA)}/lab/tree/Untitled.ipynb`)
  await page.locator('#jp-main-statusbar').getByText('Idle').waitFor({ timeout: 90_000 })
  return runFurtherCells(page, [text])
}

async function proxyEndedBy(signal: NodeJS.Signals): Promise<void> {
  const before = { pid: hub.proxyPid, length: hub.log.length }
  process.kill(before.pid, signal)
  await eventually(() => hub.log.slice(before.length).includes('New proxy back up'), 60_000)
  expect(isAlive(before.pid)).toBe(false)
}

test('somebody signs in to JupyterHub, and a cell runs in JupyterLab', async () => {
  await signInToLab(page, hub, ADA)

  expect((await runCells(page, ['kept = 6', 'kept * 7'])).trim()).toBe('42')
  expect(await routes()).toEqual(['/', `/user/${ADA}`])
  await checkRoutes()
  expect(complaints(SAID_OF_ANY)).toEqual([])
})

test('a proxy that is told to end, or is killed, is started again with all of its routes', async () => {
  await proxyEndedBy('SIGTERM')
  expect(await routes()).toHaveLength(2)
  await proxyEndedBy('SIGKILL')

  expect(await runAgain('kept * 8')).toContain('48')
  await checkRoutes()
  expect(complaints(SAID_OF_DEAD)).toEqual([])
})

test('a hub that is started again, or was killed, finds its proxy and its server, and the kernel lives on', async () => {
  const before = hub.serverPids
  expect(before).toHaveLength(1)

  await hub.stop()
  await hub.start()
  expect(await routes()).toHaveLength(2)
  const proxy = hub.proxyPid
  await hub.kill()
  expect(isAlive(proxy)).toBe(true)
  await hub.start()

  expect(isAlive(proxy)).toBe(false)
  expect(hub.serverPids).toEqual(before)
  expect(await runAgain('kept * 9')).toContain('54')
  await checkRoutes()
  expect(complaints(SAID_OF_DEAD)).toEqual([])
})

test('a stopped server has no route, and its address leads to the hub', async () => {
  await page.goto(`${hub.url}/hub/home`)
  await page.locator('#stop').click()
  await page.locator('#start', { hasText: 'Start My Server' }).waitFor({ timeout: 60_000 })

  expect(await routes()).toEqual(['/'])
  const gone = await page.request.get(`${hub.url}/user/${encodeURI(ADA)}/api/kernels`)
  expect(gone.status()).toBe(424)
})

test("a server that died is told of by the hub's own page, and nothing was noticed meanwhile", async () => {
  await page.goto(`${hub.url}/hub/spawn`)
  await page.waitForURL('**/lab**', { timeout: 120_000, waitUntil: 'commit' })
  for (const pid of hub.serverPids) kill(pid)
  await eventually(() => hub.serverPids.length === 0)

  const answer = await page.goto(`${hub.url}/user/${encodeURI(ADA)}/lab`)

  expect(answer?.status()).toBe(503)
  await page.getByText('Your server appears to be down').waitFor()
  expect(complaints(SAID_OF_ANY)).toEqual([])
})

test('with TLS on every side, and a host for everybody, it is the same', async () => {
  const certificate = selfSigned(programs)
  await using encrypted = await JupyterHub.create({
    programs,
    publicUrl: (port) => `https://hub.localhost:${port}`,
    config: `${CONFIG}
c.JupyterHub.internal_ssl = True
c.JupyterHub.internal_certs_location = __import__('os').path.abspath('internal-ssl')
c.JupyterHub.subdomain_host = c.JupyterHub.public_url.rstrip('/')
c.JupyterHub.bind_url = c.JupyterHub.bind_url.replace('http:', 'https:')
c.JupyterHub.ssl_key = '${certificate.key}'
c.JupyterHub.ssl_cert = '${certificate.cert}'
c.ConfigurableHTTPProxy.api_url = c.ConfigurableHTTPProxy.api_url.replace('http:', 'https:')
`,
  })
  const visitor = await browser.newContext({ ignoreHTTPSErrors: true })
  const tab = await visitor.newPage()

  await signInToLab(tab, encrypted, 'bob')

  expect(new URL(tab.url()).origin).toBe(encrypted.url.replace('hub.', 'bob.hub.'))
  expect((await runCells(tab, ['6 * 7'])).trim()).toBe('42')
  expect(complaintsIn(encrypted.log, [])).toEqual([])
})

/** A certificate for all names below hub.localhost that nobody vouches for. */
function selfSigned(folder: string): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const names = 'subjectAltName=DNS:hub.localhost,DNS:*.hub.localhost'
  execFileSync(
    'openssl',
    `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hub.localhost -addext ${names} -keyout ${key} -out ${cert}`.split(
      ' ',
    ),
    { stdio: 'ignore' },
  )
  return { key, cert }
}
