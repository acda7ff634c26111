import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => hub[Symbol.asyncDispose]())

async function call(authorization: string, method: string, path: string, body?: object) {
  const { status, text } = await hub.ask(`/hub/api${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status, text }
}

describe('the hub’s own operations', () => {
  test.each([
    ['GET', '/info'],
    ['POST', '/shutdown'],
    ['GET', '/proxy'],
    ['POST', '/proxy'],
    ['PATCH', '/proxy'],
  ])('%s %s is refused to whoever lacks the scope', async (method, path) => {
    expect((await call(await hub.tokenOf('bob'), method, path, {})).status).toBe(403)
    expect(hub.told).toEqual([])
  })

  test('end it, after the answer, as it was asked for', async () => {
    const ada = await hub.tokenOf('ada')
    expect((await call(ada, 'POST', '/shutdown', { proxy: 'yes' })).status).toBe(400)
    expect((await call(ada, 'POST', '/shutdown', { all: true })).status).toBe(400)

    const ended = await call(ada, 'POST', '/shutdown', { servers: true })

    expect(ended).toEqual({ status: 202, text: '{"message":"Shutting down Hub"}' })
    expect(hub.told).toEqual([['end', { proxy: true, servers: true }]])
  })

  test('show the proxy’s routes, in pages for who asks for them', async () => {
    const ada = await hub.tokenOf('ada')
    expect(JSON.parse((await call(ada, 'GET', '/proxy?limit=1')).text)).toEqual({
      '/services/x/': {
        routespec: '/services/x/',
        target: 'http://127.0.0.1:9',
        data: { service: 'x' },
      },
    })
    expect((await call(ada, 'POST', '/proxy')).status).toBe(200)
    expect(hub.told).toEqual([['mend']])
  })
})

describe('another proxy', () => {
  test('is one that the operator has listed, by any of its spellings', async () => {
    const ada = await hub.tokenOf('ada')
    const api_url = 'http://10.1.2.3:8001/api/routes'

    expect((await call(ada, 'PATCH', '/proxy', { api_url, auth_token: 'secret' })).status).toBe(200)

    expect(hub.told).toEqual([
      ['point', { apiUrl: 'http://10.1.2.3:8001', token: 'secret' }],
      ['mend'],
    ])
  })

  test.each([
    'http://evil.example:8001',
    'http://10.1.2.3:8002',
    'https://10.1.2.3:8001',
    'http://10.1.2.3:8001@evil.example',
    'http://10.1.2.3:8001.evil.example',
    'http+unix://%2Frun%2Fx.sock',
    'http://169.254.169.254',
    '',
    'nonsense',
  ])('at %s gets no token and no routes', async (api_url) => {
    const ada = await hub.tokenOf('ada')
    expect((await call(ada, 'PATCH', '/proxy', { api_url })).status).toBe(400)
    expect((await call(ada, 'PATCH', '/proxy', { auth_token: 'x' })).status).toBe(400)
    expect(hub.told).toEqual([])
  })
})

describe('what is kept for old clients', () => {
  test('whose a token is, is told to whoever has a token himself', async () => {
    const bob = await hub.tokenOf('bob', [])
    const path = `/authorizations/token/${bob.slice('token '.length)}`
    const told = await call(await hub.tokenOf('ada', []), 'GET', path)
    expect(told.status).toBe(200)
    expect(JSON.parse(told.text)).toMatchObject({ kind: 'user', name: 'bob', groups: [] })
    expect((await call(bob, 'GET', '/authorizations/token/none')).status).toBe(404)
    expect((await hub.ask(`/hub/api${path}`)).status).toBe(403)
    const { cookie } = await hub.browserOf('ada')
    const byCookie = await hub.ask(`/hub/api${path}`, { headers: { cookie } })
    expect(byCookie.status).toBe(403)
    expect((await call(bob, 'POST', '/authorizations/token')).status).toBe(404)
  })

  test('whose a cookie is', async () => {
    const { cookie } = await hub.browserOf('bob')
    const value = /jupyterhub-hub-login=([^;]+)/.exec(cookie)?.[1] ?? ''
    const ada = await hub.tokenOf('ada')
    const path = `/authorizations/cookie/jupyterhub-hub-login/${value}`
    expect(JSON.parse((await call(ada, 'GET', path)).text)).toMatchObject({ name: 'bob' })
    expect((await call(ada, 'GET', path.replace('hub-login', 'other'))).status).toBe(404)
    expect((await call(ada, 'GET', '/authorizations/cookie/x/y')).status).toBe(404)
  })

  test.each([
    ['an admin', 'inherit', 403, /^Admin access to user servers is disabled/],
    ['whoever lacks the scope', 'access:servers', 403, /requires any of \[servers\]/],
    ['whoever holds it elsewhere', 'servers!user=ada', 404, /not found/],
  ] as const)('the way into a server is closed to %s', async (_who, scope, status, says) => {
    const answer = await call(await hub.tokenOf('ada', [scope]), 'POST', '/users/bob/admin-access')

    expect([answer.status, JSON.parse(answer.text).message]).toEqual([
      status,
      expect.stringMatching(says),
    ])
  })
})

test('reports of browsers are counted, and no flood of them is told', async () => {
  const { cookie } = await hub.browserOf('bob')
  const headers = { cookie, 'content-type': 'application/csp-report' }
  const report = (body: string, who: Record<string, string> = headers) =>
    hub.ask('/hub/security/csp-report', { method: 'POST', headers: who, body })

  for (let i = 0; i < 30; i++) expect((await report(`{"n":${i}}`)).status).toBe(200)

  expect(hub.reports).toHaveLength(10)
  expect(hub.reports.at(-1)).toEqual(['{"n":9}', 10])
  expect((await report('x'.repeat(100_000))).status).toBe(413)
  expect((await report('{}', {})).status).toBe(403)
})
