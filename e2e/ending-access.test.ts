import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

import type { Browser, Page, WebSocket } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'

import { listSessions } from '#core/contract/sessions.ts'
import { listTokens } from '#core/contract/tokens.ts'

import { openBrowser, runCells, signIn, startServer } from './browser.ts'
import { eventually, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'lovelace engine 1843' }
const PROMISE_MS = 10_000
let hub: RunningHub
let browser: Browser
let page: Page
let admin: string

beforeAll(async () => {
  hub = await RunningHub.create()
  await hub.addUser('grace', 'cobol compiler 1959', '--admin')
  await hub.addUser(ada.name, ada.password)
  admin = await hub.command('token', 'create', 'grace')
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
})

const api = (method: string, path: string) =>
  fetch(`${hub.url}/hub/api${path}`, { method, headers: { authorization: `token ${admin}` } })

/** Of ada's token with the note. */
async function idOfToken(note: string): Promise<string> {
  const list = listTokens.output.parse(await (await api('GET', '/users/ada/tokens')).json())
  return list.api_tokens.find((token) => token.note === note)?.id ?? 'none'
}

/** Asks ada's server itself, past the proxy. @returns the status */
function askServer(headers: Record<string, string>): Promise<number> {
  const socketPath = hub
    .serverPids()
    .map(
      (pid) => /--ServerApp\.sock=([^\0]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1],
    )
    .find((path) => path !== undefined)
  return new Promise((resolve, reject) => {
    const asked = request({
      ...(socketPath !== undefined && { socketPath }),
      path: '/user/ada/api/contents',
      headers: { host: '127.0.0.1', accept: 'application/json', ...headers },
    })
    asked.once('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.once('error', reject)
    asked.end()
  })
}

/** Opens Lab with a kernel that has run a cell, and keeps count of the page's open websockets. */
async function withKernel(): Promise<{ readonly open: ReadonlySet<WebSocket> }> {
  page = await (await browser.newContext()).newPage()
  const open = new Set<WebSocket>()
  page.on('websocket', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.once('socketerror', () => open.delete(socket))
  })
  await signIn(page, hub, ada)
  await page.waitForURL((url) => !url.pathname.startsWith('/hub/login'))
  await (hub.serverPids().length === 0
    ? startServer(page, hub)
    : page.goto(`${hub.url}/user/ada/lab?reset`))
  await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 })
  expect(await runCells(page, ['6*7'])).toContain('42')
  return { open }
}

const kernelSockets = (open: ReadonlySet<WebSocket>) =>
  [...open].filter((socket) => socket.url().includes('/api/kernels/'))

test('an open kernel websocket dies when an admin ends its owner’s session, and stays dead', async () => {
  const { open } = await withKernel()
  expect(kernelSockets(open)).not.toEqual([])
  const begun = Date.now()

  const { sessions } = listSessions.output.parse(
    await (await api('GET', '/users/ada/sessions')).json(),
  )
  expect(sessions).toMatchObject([
    { user: 'ada', browser: 'Chrome on Linux', address: '127.0.0.1' },
  ])
  expect((await api('DELETE', `/users/ada/sessions/${sessions[0]?.id}`)).status).toBe(204)

  await eventually(() => open.size === 0, PROMISE_MS)
  console.log(`the websockets were closed ${Date.now() - begun} ms after the session was ended`)
  // Lab connects again and again; what it gets must not last.
  await delay(PROMISE_MS + 2000 - (Date.now() - begun))
  expect([...open].map((socket) => socket.url())).toEqual([])
  await page.reload()
  await page.waitForURL('**/hub/login**')
  expect(hub.serverPids()).not.toEqual([])
})

test('the server itself refuses the cookies of an ended session within ten seconds', async () => {
  await withKernel()
  const cookies = await page.context().cookies(`${hub.url}/user/ada/`)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  expect(await askServer({ cookie })).toBe(200)
  const begun = Date.now()

  expect(await hub.command('session', 'list', 'ada')).toContain('Chrome on Linux  from 127.0.0.1')
  expect(await hub.command('session', 'end', 'ada')).toBe('ada is signed out everywhere.')

  expect(await askServer({ cookie }), 'it remembers for a while').toBe(200)
  await eventually(async () => (await askServer({ cookie })) === 403, PROMISE_MS)
  console.log(`the server refused the cookie ${Date.now() - begun} ms after`)
})
test('the server itself refuses a revoked token within ten seconds', async () => {
  const token = await hub.command('token', 'create', 'ada', '--note', 'to be revoked')
  const authorization = `token ${token}`
  expect(await askServer({ authorization })).toBe(200)
  const id = await idOfToken('to be revoked')
  const begun = Date.now()

  expect((await api('DELETE', `/users/ada/tokens/${id}`)).status).toBe(204)

  await eventually(async () => (await askServer({ authorization })) === 403, PROMISE_MS)
  console.log(`the server refused the token ${Date.now() - begun} ms after`)
})

test('a token’s open connections end with the token', async () => {
  const token = await hub.command('token', 'create', 'ada', '--note', 'with a terminal')
  const made = await fetch(`${hub.url}/user/ada/api/terminals`, {
    method: 'POST',
    headers: { authorization: `token ${token}` },
  })
  const { name } = z.object({ name: z.string() }).parse(await made.json())
  const socket = new WebSocket(
    `${hub.url.replace('http', 'ws')}/user/ada/terminals/websocket/${name}?token=${token}`,
  )
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener('close', ({ code }) => resolve(code), { once: true }),
  )
  const id = await idOfToken('with a terminal')

  expect((await api('DELETE', `/users/ada/tokens/${id}`)).status).toBe(204)

  expect(await closed).toBe(1008)
})
