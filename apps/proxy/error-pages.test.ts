import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Refusal } from '#core/forwarding/answers.ts'
import { type Answer, headerOf, type RequestHead } from '#core/forwarding/message.ts'

import { type ErrorPages, errorPages } from './error-pages.ts'
import { openLog } from './log.ts'

let folder: string
let lines: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-pages-'))
  lines = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const NOWHERE: Refusal = { status: 404, reason: 'no_route', message: 'Nothing is here.' }
const DEAD: Refusal = { status: 503, reason: 'unreachable', message: 'It is away.', retryAfter: 5 }

function head(more: readonly string[] = [], method = 'GET'): RequestHead {
  const peer = { address: '127.0.0.1', secure: false, trusted: false, localPort: 1 }
  const headers = ['Host', 'hub.test', 'Cookie', 'a=secret', ...more]
  return { method, target: '/user/a b/lab?token=secret', headers, peer, version: '1.1' }
}

async function draw(pages: ErrorPages, refusal: Refusal, asked = head()): Promise<Answer> {
  const log = openLog('debug', (line) => lines.push(line))
  return errorPages(pages, log).page(asked, refusal)
}

describe('a page of our own', () => {
  test('is HTML for people, and JSON for programs', async () => {
    const program = await draw({ by: 'us' }, NOWHERE)
    expect(program).toMatchObject({ status: 404, reason: 'Not Found' })
    expect(JSON.parse(program.body.toString())).toEqual({
      status: 404,
      message: 'Nothing is here.',
    })
    const person = await draw({ by: 'us' }, NOWHERE, head(['Accept', 'text/html,*/*']))
    expect(headerOf(person.headers, 'content-type')).toBe('text/html; charset=utf-8')
    expect(person.body.toString()).toMatch(/<h1>Not Found<\/h1><p>Nothing is here\./)
    expect(person.body.toString()).not.toContain('refresh')
  })

  test('lets nothing that it is told become markup', async () => {
    const refusal = { ...NOWHERE, message: '<script>alert(1)</script>&' }
    const { body } = await draw({ by: 'us' }, refusal, head(['Accept', 'text/html']))

    expect(body.toString()).toContain('&lt;script>alert(1)&lt;/script>&amp;')
  })

  test('tries again by itself where that helps, unless something was sent', async () => {
    const page = await draw({ by: 'us' }, DEAD, head(['Accept', 'text/html']))
    expect(page.body.toString()).toContain('http-equiv="refresh" content="5"')
    expect(headerOf(page.headers, 'retry-after')).toBe('5')
    const sent = await draw({ by: 'us' }, DEAD, head(['Accept', 'text/html'], 'POST'))
    expect(sent.body.toString()).not.toContain('refresh')
  })

  test('is empty for a websocket', async () => {
    const asked = head(['Upgrade', 'websocket', 'Accept', 'text/html'])
    expect(await draw({ by: 'us' }, DEAD, asked)).toMatchObject({ status: 503, headers: [] })
  })

  test('leaves no query in the log', async () => {
    await draw({ by: 'us' }, { ...DEAD, cause: new Error('connect ECONNREFUSED') })

    expect(lines.join('\n')).toMatch(/503 GET \/user\/a b\/lab[^]*ECONNREFUSED/)
    expect(lines.join('\n')).not.toContain('secret')
  })
})

describe('a page of a folder', () => {
  test('is that of the code, else the common one, else our own', async () => {
    const pages = { by: 'folder', folder } as const
    expect((await draw(pages, NOWHERE)).body.toString()).toContain('Nothing is here.')
    writeFileSync(join(folder, 'error.html'), 'common')
    expect((await draw(pages, NOWHERE)).body.toString()).toBe('common')
    writeFileSync(join(folder, '404.html'), 'not found')
    const page = await draw(pages, NOWHERE)
    expect(page.body.toString()).toBe('not found')
    expect(headerOf(page.headers, 'content-type')).toBe('text/html')
    expect((await draw(pages, DEAD)).body.toString()).toBe('common')
  })
})

describe('a page of a server', () => {
  let server: Server
  let asked: IncomingMessage[]
  let length: number
  beforeEach(async () => {
    asked = []
    length = 10
    server = createServer((request, response) => {
      asked.push(request)
      response.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': 'a=1', 'x-own': '1' })
      response.end('x'.repeat(length))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))
  const pages = (port = (server.address() as AddressInfo).port): ErrorPages => ({
    by: 'server',
    source: {
      target: {
        kind: 'tcp',
        host: '127.0.0.1',
        port,
        basePath: '/hub/error/',
        baseQuery: 'theme=dark',
      },
      clientTls: {},
    },
  })

  test('is asked for by its code, with what was asked for, and without a cookie', async () => {
    const page = await draw(pages(), NOWHERE)

    expect(asked[0]?.url).toBe('/hub/error/404?theme=dark&url=%2Fuser%2Fa+b%2Flab%3Ftoken%3Dsecret')
    expect(asked[0]?.headers['cookie']).toBeUndefined()
    expect(page).toMatchObject({ status: 404 })
    expect(page.headers).toEqual(['content-type', 'text/plain', 'cache-control', 'no-store'])
  })

  test('is not asked for what the proxy refuses by itself', async () => {
    await draw(pages(), { status: 400, reason: 'path', message: 'Bad.' })

    expect(asked).toEqual([])
  })

  test('is one of our own where the server is away, or its page has no end', async () => {
    length = 600 * 1024
    expect((await draw(pages(), NOWHERE)).body.toString()).toContain('Nothing is here.')
    const { body } = await draw(pages(1), DEAD)
    expect(body.toString()).toContain('The hub is restarting.')
  })
})
