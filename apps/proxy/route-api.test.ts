import { request } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { DEFAULT_LIMITS } from '#core/forwarding/limits.ts'

import { ApiFront } from './api-front.ts'
import { openLog } from './log.ts'
import { ProxyMetrics } from './metrics.ts'
import { createRouteApi } from './route-api.ts'
import { TimedRoutes } from './timed-routes.ts'

const TOKEN = 'a-secret-of-this-test'
let server: Server
let lines: string[]
let changes: number
let troubles: readonly string[]
beforeEach(() => open({}))
afterEach(() => new Promise((resolve) => server.close(resolve)))

async function open({ token = TOKEN, hostRouting = false }): Promise<void> {
  lines = []
  changes = 0
  troubles = []
  const routes = new TimedRoutes(undefined, new Date(), { byHost: hostRouting })
  const metrics = new ProxyMetrics(routes)
  const handle = createRouteApi({
    routes,
    token: token === '' ? undefined : token,
    hostRouting,
    changed: async () => void changes++,
    certificates: { reload: () => ({ renewed: ['the public side'], troubles }) },
    meter: metrics,
    metrics,
    log: openLog('debug', (line) => lines.push(line)),
  })
  server = new ApiFront(handle, { limits: DEFAULT_LIMITS }).server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
}

interface Said {
  readonly status: number
  readonly text: string
}

function ask(line: string, body?: unknown, authorization = `token ${TOKEN}`): Promise<Said> {
  const [method = '', path = ''] = line.split(' ')
  const { promise, resolve, reject } = Promise.withResolvers<Said>()
  const { port } = server.address() as AddressInfo
  const asked = request({ port, method, path, headers: { authorization }, agent: false })
  asked.once('error', reject)
  asked.once('response', (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
  })
  asked.end(typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}
const listed = async () => JSON.parse((await ask('GET /api/routes')).text) as object

describe('the API for routes', () => {
  test('gives back what was attached to a route, and when it was last used', async () => {
    const body = {
      target: 'http://127.0.0.1:9',
      user: 'ada',
      jupyterhub: true,
      more: [1, { a: 2 }],
    }

    expect(await ask('POST /api/routes/user/ada/', body)).toEqual({ status: 201, text: '' })

    const date = expect.stringMatching(/^\d{4}-.*Z$/) as string
    const shown = { ...body, last_activity: date, last_use: date }
    expect(await listed()).toEqual({ '/user/ada': shown })
    expect(JSON.parse((await ask('GET /api/routes/user/ada')).text)).toEqual(shown)
    expect(changes).toBe(1)
  })

  test('names routes decoded, and finds them under each spelling', async () => {
    await ask('POST /api/routes/user/jos%C3%A9%20b/', { target: 'http://127.0.0.1:9' })

    expect(Object.keys(await listed())).toEqual(['/user/josé b'])
    expect((await ask('GET /api/routes/user/jos%c3%a9%20b')).status).toBe(200)
    expect((await ask('DELETE /api/routes/user/jos%C3%A9%20b/')).status).toBe(204)
    expect((await ask('DELETE /api/routes/user/jos%C3%A9%20b')).status).toBe(404)
  })

  test('shows the host of a route, where hosts lead', async () => {
    await new Promise((resolve) => server.close(resolve))
    await open({ hostRouting: true })
    await ask('POST /api/routes/Ada.hub.example/user', { target: 'http://127.0.0.1:9' })

    expect(await listed()).toMatchObject({ '/Ada.hub.example/user': { host: 'Ada.hub.example' } })
    expect((await ask('GET /api/routes/ada.hub.example/user')).status).toBe(200)
  })

  test('lists those that nothing has used since a time', async () => {
    await ask('POST /api/routes/a', { target: 'http://127.0.0.1:9' })

    for (const name of ['inactive_since', 'inactiveSince']) {
      expect((await ask(`GET /api/routes?${name}=2000-01-01`)).text).toBe('{}')
      expect((await ask(`GET /api/routes?${name}=3000-01-01T00:00:00Z`)).text).toContain('"/a"')
      expect((await ask(`GET /api/routes?${name}=soon`)).status).toBe(400)
    }
  })

  test.each([
    ['POST /api/routes/x', '', 400],
    ['POST /api/routes/x', '{', 400],
    ['POST /api/routes/x', '[]', 400],
    ['POST /api/routes/x', {}, 400],
    ['POST /api/routes/x', { target: 5 }, 400],
    ['POST /api/routes/x', { target: 'nowhere' }, 400],
    ['POST /api/routes/%zz', { target: 'http://127.0.0.1:9' }, 400],
    ['POST /api/routes/x', `{"target":"http://x","y":"${'y'.repeat(1024 * 1024)}"}`, 413],
    ['GET /api/routes/x', undefined, 404],
    ['DELETE /api/routes/x', undefined, 404],
    ['PUT /api/routes/x', '{}', 405],
    ['GET /api/routesx', undefined, 404],
    ['GET /', undefined, 404],
    ['GET /api/connections/close', undefined, 405],
    ['POST /api/connections/close', {}, 400],
  ])('%s with %.40j is answered %d', async (line, body, status) => {
    expect((await ask(line, body)).status).toBe(status)
    expect(changes).toBe(0)
  })

  test('turns away who has no token, and says nothing of it', async () => {
    for (const wrong of ['', 'token', 'token wrong', `token ${TOKEN}x`, `Basic ${TOKEN}`])
      expect(await ask('GET /api/routes', undefined, wrong)).toEqual({ status: 403, text: '' })
    expect((await ask('GET /api/metrics', undefined, '')).status).toBe(403)
    expect((await ask('POST /api/connections/close', {}, '')).status).toBe(403)
    expect((await ask('GET /api/routes', undefined, `Token  ${TOKEN}`)).status).toBe(200)
    expect(lines.join('\n')).not.toContain(TOKEN)
  })

  test('asks for no token where none was set', async () => {
    await new Promise((resolve) => server.close(resolve))
    await open({ token: '' })

    expect((await ask('GET /api/routes', undefined, '')).status).toBe(200)
  })

  test('writes down what came and went, without query strings', async () => {
    await ask('POST /api/routes/a?secret=1', { target: 'http://127.0.0.1:9' })
    await ask('DELETE /api/routes/a?secret=1')

    expect(lines.join('\n')).toMatch(/info {2}route added: \/a -> http[^]*route removed: \/a/)
    expect(lines.join('\n')).not.toContain('secret')
  })

  test('reads certificates anew, and says which cannot be used', async () => {
    expect(await ask('POST /api/certificates/reload')).toEqual({
      status: 200,
      text: '{"renewed":["the public side"]}',
    })
    troubles = ['the certificate of the API stays as it is']
    expect(await ask('POST /api/certificates/reload')).toEqual({
      status: 409,
      text: troubles[0],
    })
    expect((await ask('POST /api/certificates/reload', {}, '')).status).toBe(403)
    expect((await ask('GET /api/certificates/reload')).status).toBe(405)
  })

  test('counts what is asked of it, under the names of configurable-http-proxy', async () => {
    await ask('POST /api/routes/a', { target: 'http://127.0.0.1:9' })
    await listed()
    await ask('GET /api/routes/a')
    await ask('DELETE /api/routes/b')

    const { status, text } = await ask('GET /api/metrics')
    expect(status).toBe(200)
    const lines = text
      .split('\n')
      .filter((line) => /^(?:api_|requests_api|bulkhead_proxy_(?:connections|routes) )/.test(line))
    expect(lines).toEqual([
      'api_route_get 1',
      'api_route_add 1',
      'api_route_delete 1',
      'requests_api{status="201"} 1',
      'requests_api{status="200"} 2',
      'requests_api{status="404"} 1',
      'bulkhead_proxy_connections 0',
      'bulkhead_proxy_routes 1',
    ])
    // The hub shows them beside its own.
    expect(text).toContain('\nbulkhead_proxy_process_resident_memory_bytes ')
    expect(text).not.toMatch(/^(?:# \w+ )?(?:process|nodejs)_/m)
  })
})
