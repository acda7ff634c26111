import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
let ada: Record<string, string>
beforeAll(async () => {
  hub = await OpenHub.open()
  ada = { authorization: await hub.tokenOf('ada') }
})
afterEach(() => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
})
afterAll(() => hub[Symbol.asyncDispose]())

const send = (path: string, body: string, headers: Record<string, string> = ada) =>
  hub.ask(`/hub/api${path}`, { method: 'POST', headers, body })

describe('a body', () => {
  test.each([
    '{',
    '[',
    '"',
    '{"a":}',
    "{'admin':true}",
    '{admin:true}',
    'NaN',
    '\0',
    '{}{}',
    '\uFEFF{',
    '{"admin":true,}',
  ])('that is no JSON, %j, is refused in words', async (body) => {
    const { status, text } = await send('/users/eve', body)

    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ status: 400, message: expect.stringMatching(/JSON/) })
  })

  test.each(['[]', '"x"', '5', 'true'])('of another kind, %s, is refused', async (body) => {
    expect((await send('/users/eve', body)).status).toBe(400)
  })

  test.each([
    ['{"admin":"yes"}', 'admin'],
    ['{"admn":true}', 'admn'],
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['{"constructor":{"prototype":{"admin":true}}}', 'constructor'],
  ])('with a wrong field, %s, is refused, and told which', async (body, field) => {
    const { status, text } = await send('/users/eve', body)

    expect(status).toBe(400)
    expect(text).toContain(field)
  })

  test('over the limit is refused before it is read whole', async () => {
    const { status } = await send('/users/eve', `{"password":"${'x'.repeat(1024 * 1024)}"}`)

    expect(status).toBe(413)
  })

  test('nested 100,000 deep is refused', async () => {
    const { status } = await send('/users/eve', `${'['.repeat(100_000)}${']'.repeat(100_000)}`)

    expect(status).toBe(400)
  })

  test('that says a thing twice is taken by what it said last, for the check as for the deed', async () => {
    const clerk = { authorization: await hub.tokenOf('ada', ['admin:users']) }

    const { text } = await send('/users/twice', '{"admin":true,"admin":false}', clerk)

    expect(JSON.parse(text)).toMatchObject({ admin: false })
  })

  test('under a length that is not its own is refused', async () => {
    const { status } = await hub.ask('/hub/api/users/eve', {
      method: 'POST',
      headers: { ...ada, 'content-type': 'application/json', expect: 'nonsense' },
      body: '{}',
    })

    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })
})

describe('a name', () => {
  test.each([
    'n'.repeat(256),
    'n'.repeat(1000),
    'n'.repeat(10_000),
    '%00',
    'a%00b',
    '%0a',
    'a%0d%0aset-cookie:x',
    '..',
    '%2e%2e',
    'a%2Fb',
    '%E2%80%AEadmin',
    '%ff',
    '%C0%AF',
    '%ED%A0%80',
    '%',
  ])('as %s is refused, whatever is done with it', async (name) => {
    for (const [method, path] of [
      ['POST', `/users/${name}`],
      ['GET', `/users/${name}`],
      ['DELETE', `/users/${name}`],
      ['POST', `/users/${name}/server`],
      ['POST', `/users/${name}/tokens`],
    ] as const) {
      const answer = await hub.ask(`/hub/api${path}`, { method, headers: ada })
      expect([400, 403, 404, 414], `${method} ${path}`).toContain(answer.status)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect(hub.people.users.size).toBeLessThanOrEqual(3)
  })

  test('of 100 kB in a body is refused', async () => {
    const { status, text } = await send(
      '/users',
      JSON.stringify({ usernames: ['n'.repeat(100_000)] }),
    )

    expect([400, 404]).toContain(status)
    expect(text.length).toBeLessThan(2000)
  })
})

describe('a cookie', () => {
  test.each([
    '',
    'x',
    'null',
    '2|1:0|10:1|20:jupyterhub-hub-login|4:YWRh|aaaa',
    'a'.repeat(3000),
    '%00',
    '"quoted',
    '__proto__',
  ])('that was made up, %j, is nobody’s', async (value) => {
    const cookie = `jupyterhub-hub-login=${value}; jupyterhub-session-id=${value}; _xsrf=${value}`

    expect((await hub.ask('/hub/api/user', { headers: { cookie } })).status).toBe(403)
    expect((await hub.ask('/hub/home', { headers: { cookie } })).status).toBe(302)
  })

  test('with the id of a session, which servers know, does not sign in', async () => {
    const { cookie } = await hub.browserOf('bob')
    const id = /jupyterhub-session-id=([^;]+)/.exec(cookie)?.[1] ?? ''

    const answer = await hub.ask('/hub/api/user', {
      headers: { cookie: `jupyterhub-hub-login=${id}` },
    })

    expect(id).not.toBe('')
    expect(answer.status).toBe(403)
  })

  test.each([
    'token',
    'token ',
    'token a b',
    'bearer \u00e9',
    'Basic YWRhOng=',
    'token __proto__',
    `token ${'a'.repeat(8000)}`,
  ])('with an Authorization of %j counts for nothing', async (authorization) => {
    const { cookie } = await hub.browserOf('ada')

    expect((await hub.ask('/hub/api/user', { headers: { cookie, authorization } })).status).toBe(
      403,
    )
  })
})
