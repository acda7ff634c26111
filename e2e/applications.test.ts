import { createHash } from 'node:crypto'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openBrowser, runCells, signIn } from './browser.ts'
import { clientProgram, RunningClient } from './clients/programs.ts'
import { eventually, freePort, RunningHub } from './running-hub.ts'

const ada = { name: 'ada', password: 'one word for all of them' }
const MIB = 2 ** 20
const APP = join(import.meta.dirname, 'applications/behind_the_server.py')

let browser: Browser
let app: RunningClient
/** Where the application listens, behind whichever notebook server. */
let port: number

beforeAll(async () => {
  browser = await openBrowser()
  port = await freePort()
  app = new RunningClient('python', [APP, String(port)], {})
  await eventually(() => app.output.includes('listening'), 60_000)
})
afterAll(async () => {
  await browser?.close()
  await app?.[Symbol.asyncDispose]()
})

describe.each([
  { where: 'on one origin', host: '127.0.0.1', subdomains: false },
  { where: 'with a host for everybody', host: 'hub.localhost', subdomains: true },
])('applications $where', ({ host, subdomains }) => {
  let hub: RunningHub
  let page: Page
  /** The address of ada's server, as the browser has it. */
  let server: string

  beforeAll(async () => {
    const own = await freePort()
    const site = { url: `http://${host}:${own}` }
    hub = await RunningHub.create({
      port: own,
      config: `
public_url: ${site.url}
subdomains: ${subdomains}
authenticator: { use: dummy, allow: everyone, password: ${ada.password} }
spawner: { command: [${clientProgram('jupyterhub-singleuser')}] }
`,
    })
    page = await (await browser.newContext()).newPage()
    await signIn(page, site, ada)
    await page.waitForURL('**/hub/home')
    await page.getByRole('button', { name: 'Start my server' }).click()
    await page.waitForURL('**/lab**', { timeout: 90_000, waitUntil: 'commit' })
    server = `${subdomains ? site.url.replace('hub.', 'ada.hub.') : site.url}/user/ada/`
    await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 })
  })
  afterAll(() => hub?.[Symbol.asyncDispose]())

  test('a cell runs in JupyterLab', async () => {
    expect(page.url()).toContain(server)
    expect((await runCells(page, ['6*7'])).trim()).toBe('42')
  })

  test('a cell runs in the classic notebook', async () => {
    const cookies = await page.context().cookies(server)
    const xsrf = cookies.find(({ name }) => name === '_xsrf')?.value ?? ''
    const made = await page.evaluate(
      async ([address = '', token = '']) => {
        const cell = {
          cell_type: 'code',
          source: '6*9',
          metadata: {},
          outputs: [],
          execution_count: null,
        }
        const content = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 4 }
        const { status } = await fetch(`${address}api/contents/classic.ipynb`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json', 'x-xsrftoken': token },
          body: JSON.stringify({ type: 'notebook', content }),
        })
        return status
      },
      [server, xsrf],
    )
    expect(made).toBe(201)

    await page.goto(`${server}nbclassic/notebooks/classic.ipynb`)
    await page.locator('#kernel_indicator_icon.kernel_idle_icon').waitFor({ timeout: 90_000 })
    await page.locator('.code_cell .CodeMirror').click()
    await page.keyboard.press('Shift+Enter')

    const output = page.locator('.output_area .output_subarea').first()
    await output.waitFor({ timeout: 60_000 })
    expect((await output.textContent())?.trim()).toBe('54')
  })

  test("an application's page keeps its cookies, and its redirects stay behind the server", async () => {
    const address = `${server}proxy/${port}/`
    await page.goto(address)
    expect(await page.locator('#visits').textContent()).toBe('1')
    await page.reload()
    expect(await page.locator('#visits').textContent()).toBe('2')
    // A cookie for the whole host is for everybody's server where all have one host.
    const cookies = await page.context().cookies(address)
    expect(cookies.some(({ name }) => name === 'wide')).toBe(subdomains)

    await page.goto(`${address}away`)
    expect(page.url()).toBe(`${address}landed?from=away`)
    expect(await page.textContent('body')).toBe('landed away')
    await page.goto(address)
  })

  test('its websocket carries text and bytes, its events come one by one', async () => {
    const echoed = await page.evaluate(async () => {
      const socket = new WebSocket('echo')
      socket.binaryType = 'arraybuffer'
      const next = () =>
        new Promise<unknown>((resolve, reject) => {
          socket.addEventListener('message', ({ data }) => resolve(data), { once: true })
          socket.addEventListener('close', () => reject(new Error('closed')), { once: true })
        })
      await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
      socket.send('hello')
      const text = await next()
      socket.send(new Uint8Array(100_000).fill(7))
      const bytes = await next()
      socket.close()
      return [text, bytes instanceof ArrayBuffer ? bytes.byteLength : 0]
    })
    expect(echoed).toEqual(['hello', 100_000])

    const events = await page.evaluate(async () => {
      const source = new EventSource('events')
      const heard: unknown[] = []
      const { promise, resolve } = Promise.withResolvers<void>()
      source.addEventListener('message', ({ data }) => {
        heard.push(data)
        if (heard.length === 2) resolve()
        else void fetch('events', { method: 'POST' })
      })
      await promise
      source.close()
      return heard
    })
    expect(events).toEqual(['first', 'second'])
  })

  test('50 MiB go up and 100 MiB come down, whole', async () => {
    const digest = await page.evaluate(async (length) => {
      const body = new Uint8Array(length).fill(65)
      const answer = await fetch('upload', { method: 'POST', body })
      return answer.text()
    }, 50 * MIB)
    expect(digest).toBe(
      createHash('sha256')
        .update(Buffer.alloc(50 * MIB, 65))
        .digest('hex'),
    )

    const received = await page.evaluate(async () => {
      const { body } = await fetch('download?mib=100')
      let length = 0
      for await (const piece of body ?? []) length += piece.length
      return length
    })
    expect(received).toBe(100 * MIB)
  })
})
