import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openBrowser, runCells, signIn } from './browser.ts'
import { Kernel } from './clients/kernel.ts'
import { clientProgram, CLIENTS, RunningClient } from './clients/programs.ts'
import { publicFolder } from './public-folder.ts'
import { eventually, RunningHub } from './running-hub.ts'

const PASSWORD = 'one word for all of them'
/** The single-user server of the clients' environment, where more is installed; it reports at once what happens. */
const CONFIG = `
authenticator: {use: dummy, allow: everyone, password: ${PASSWORD}, admins: [boss]}
spawner:
  command: [${clientProgram('jupyterhub-singleuser')}]
  environment: {JUPYTERHUB_ACTIVITY_INTERVAL: '1', JUPYTER_PLATFORM_DIRS: '1'}
`

let hub: RunningHub
let browser: Browser
const contexts: BrowserContext[] = []

beforeAll(async () => {
  expect(CLIENTS, 'BULKHEAD_CLIENTS: run this by ./test').not.toBe('')
  hub = await RunningHub.create({ config: CONFIG })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

async function person(name: string): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  contexts.push(context)
  const page = await context.newPage()
  await signIn(page, hub, { name, password: PASSWORD })
  await page.waitForURL('**/hub/home')
  return page
}

async function ask(
  token: string,
  method: string,
  path: string,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${hub.url}/hub/api${path}`, {
    method,
    headers: { authorization: `token ${token}` },
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

async function isReady(token: string, name: string): Promise<boolean> {
  const { status, body } = await ask(token, 'GET', `/users/${name}/server`)
  return status === 200 && Reflect.get(Object(body), 'ready') === true
}

async function startedServer(name: string): Promise<string> {
  await person(name)
  const token = await hub.command('token', 'create', name)
  await ask(token, 'POST', `/users/${name}/server`)
  await eventually(() => isReady(token, name), 60_000)
  return token
}

test('jupyterhub-idle-culler ends an idle server and leaves a busy one', async () => {
  const [idle, busy] = [await startedServer('idler'), await startedServer('worker')]
  await person('boss')
  const scopes = ['list:users', 'read:users:activity', 'read:servers', 'delete:servers']
  const token = await hub.command(
    'token',
    'create',
    'boss',
    ...scopes.flatMap((scope) => ['--scope', scope]),
  )
  using kernel = await Kernel.start(`${hub.url}/user/worker/`, busy)
  kernel.run('import time\nfor i in range(600):\n    print(i, flush=True); time.sleep(0.2)')

  await using culler = new RunningClient(
    'jupyterhub-idle-culler',
    ['--timeout=8', '--cull-every=2', `--url=${hub.url}/hub/api`],
    { JUPYTERHUB_API_TOKEN: token },
  )
  await eventually(async () => !(await isReady(idle, 'idler')), 60_000).catch((error: unknown) => {
    throw new Error(`nothing was culled: ${culler.output}`, { cause: error })
  })

  expect(culler.output).toContain('Culling server')
  expect(await isReady(busy, 'worker')).toBe(true)
  expect(kernel.isOpen).toBe(true)
})

test('a link of nbgitpuller brings the repository through user-redirect, a start on the way', async () => {
  await using place = publicFolder()
  const origin = join(place.folder, 'origin')
  git(place.folder, 'init', '--quiet', '--initial-branch=main', origin)
  writeFileSync(join(origin, 'hello.txt'), 'fetched by a link')
  git(origin, 'add', '.')
  git(
    origin,
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.org',
    'commit',
    '--quiet',
    '-m',
    'first',
  )
  // Git fetches from no repository of another account's: it must be that of the servers.
  const { uid, gid } = statSync(hub.data)
  execFileSync('chown', ['-R', `${uid}:${gid}`, origin])
  const page = await person('puller')

  const query = new URLSearchParams({
    repo: `file://${origin}`,
    branch: 'main',
    urlpath: 'lab/tree/origin/hello.txt',
  })
  await page.goto(`${hub.url}/hub/user-redirect/git-pull?${query.toString()}`)

  await page.waitForURL('**/user/puller/lab/**', { timeout: 90_000 })
  await page.getByText('fetched by a link').first().waitFor({ timeout: 60_000 })
})

test('JupyterLab with jupyter-collaboration: a notebook is shared by two windows, and a cell runs', async () => {
  const page = await person('sharer')
  await page.goto(`${hub.url}/hub/spawn`)
  await page.locator('.jp-Launcher').waitFor({ timeout: 90_000 })
  const rooms: string[] = []
  page.on('websocket', (socket) => {
    if (socket.url().includes('/api/collaboration/room/')) rooms.push(socket.url())
  })

  const output = await runCells(page, ['print(6 * 7)'])

  expect(output.trim()).toBe('42')
  await eventually(() => rooms.some((url) => /notebook|json/.test(url)), 20_000)
  const second = await page.context().newPage()
  await second.goto(page.url())
  await second.locator('.jp-Cell .cm-content').first().waitFor({ timeout: 60_000 })
  await page.locator('.jp-NotebookPanel .jp-Cell').last().locator('.cm-content').click()
  await page.keyboard.insertText('# written in the other window')
  await second.getByText('# written in the other window').first().waitFor({ timeout: 30_000 })
})

test('nbgrader’s client puts a student into a course and takes him out', async () => {
  await person('boss')
  await person('student')
  const scopes = ['admin:groups', 'list:groups', 'read:users']
  const token = await hub.command(
    'token',
    'create',
    'boss',
    ...scopes.flatMap((scope) => ['--scope', scope]),
  )

  await using client = new RunningClient(
    'python',
    [join(import.meta.dirname, 'clients/nbgrader_course.py'), 'student', 'Physics101'],
    {
      JUPYTERHUB_USER: 'boss',
      JUPYTERHUB_API_TOKEN: token,
      JUPYTERHUB_API_URL: `${hub.url}/hub/api`,
    },
  )

  expect(await client.closed(), client.output).toBe(0)
  expect(JSON.parse(client.output.trim().split('\n').at(-1) ?? '')).toEqual([
    [],
    ['Physics101'],
    [],
  ])
})

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}
