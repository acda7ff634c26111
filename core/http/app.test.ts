import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { ENDPOINTS } from '#core/contract/endpoints.ts'

import { cookiesOf, OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const endpoints = ENDPOINTS.filter(({ scopes }) => scopes.length > 0)
const pathOf = (path: string, user: string) =>
  `/hub/api${path.replace(':user', user).replace('/servers/:server', '/server')}`

describe('every operation of the API', () => {
  test.each(endpoints.map((each) => [`${each.method} ${each.path}`, each] as const))(
    '%s is refused to nobody, and to who lacks its scope',
    async (_name, { method, path, scopes }) => {
      const ask = async (door: 'front' | 'servers', authorization?: string) =>
        (
          await hub.ask(pathOf(path, 'ada'), {
            door,
            method,
            headers: { ...json, ...(authorization !== undefined && { authorization }) },
            body: method === 'GET' ? '' : '{}',
          })
        ).status

      for (const door of ['front', 'servers'] as const) {
        expect(await ask(door)).toBe(403)
        expect(await ask(door, 'token 0123456789abcdef0123456789abcdef')).toBe(403)
        // A token can always say whose it is, so it holds a little, of its owner.
        expect([403, 404]).toContain(await ask(door, await hub.tokenOf('bob', [])))
      }
      // Bob holds what everybody holds over his own; of ada it tells him nothing, not even that she is there.
      const asked = await ask('front', await hub.tokenOf('bob'))
      expect([403, 404]).toContain(
        path.includes(':user') || scopes.includes('operator') ? asked : 403,
      )
      expect(hub.people.users.size).toBe(2)
    },
  )

  test('a stranger cannot tell somebody else from nobody', async () => {
    const authorization = await hub.tokenOf('bob')

    const [somebody, nobody] = await Promise.all(
      ['ada', 'nobody'].map((name) =>
        hub.ask(`/hub/api/users/${name}`, { headers: { authorization } }),
      ),
    )

    expect(somebody?.text).toBe(nobody?.text)
    expect(somebody?.status).toBe(404)
  })
})

describe('GET /user', () => {
  test('tells who has a token, with JupyterHub’s words', async () => {
    const { status, text, headers } = await hub.ask('/hub/api/user', {
      door: 'servers',
      headers: { authorization: await hub.tokenOf('bob') },
    })

    expect(status).toBe(200)
    expect(headers['x-jupyterhub-version']).toBe('6.1.1')
    expect(JSON.parse(text)).toMatchObject({
      kind: 'user',
      name: 'bob',
      admin: false,
      groups: [],
      session_id: null,
      servers: {},
      token_id: expect.stringMatching(/^a\d+$/),
    })
    expect(JSON.parse(text).scopes).toContain('access:servers!user=bob')
  })

  test('shows a token of few rights little', async () => {
    const { text } = await hub.ask('/hub/api/user', {
      headers: { authorization: await hub.tokenOf('ada', ['read:users:name!user']) },
    })

    expect(Object.keys(JSON.parse(text)).toSorted()).toEqual([
      'admin',
      'groups',
      'kind',
      'name',
      'scopes',
      'session_id',
      'token_id',
      'user_info',
    ])
  })
})

describe('rights', () => {
  test('an admin adds and removes people, and what is malformed is told', async () => {
    const ada = { ...json, authorization: await hub.tokenOf('ada') }

    expect(
      (
        await hub.ask('/hub/api/users/carol', {
          method: 'POST',
          headers: ada,
          body: '{"admin":true}',
        })
      ).status,
    ).toBe(201)
    expect(
      (await hub.ask('/hub/api/users/carol', { method: 'POST', headers: ada, body: '{}' })).status,
    ).toBe(409)
    expect(
      (await hub.ask('/hub/api/users/..', { method: 'POST', headers: ada, body: '{}' })).status,
    ).toBe(400)
    expect(
      (await hub.ask('/hub/api/users/a%2Fb', { method: 'POST', headers: ada, body: '{}' })).status,
    ).toBe(400)
    expect(
      (
        await hub.ask('/hub/api/users/dave', {
          method: 'POST',
          headers: ada,
          body: '{"admn":true}',
        })
      ).status,
    ).toBe(400)
    expect(
      (await hub.ask('/hub/api/users/dave', { method: 'POST', headers: ada, body: '{' })).status,
    ).toBe(400)
    expect((await hub.ask('/hub/api/users/ada', { method: 'DELETE', headers: ada })).status).toBe(
      400,
    )
    expect((await hub.ask('/hub/api/users/carol', { method: 'DELETE', headers: ada })).status).toBe(
      204,
    )
  })

  test('nobody makes a token that may do more than its owner, or than the token that asks', async () => {
    const make = async (authorization: string, scopes: readonly string[]) =>
      (
        await hub.ask('/hub/api/users/bob/tokens', {
          method: 'POST',
          headers: { ...json, authorization },
          body: JSON.stringify({ scopes }),
        })
      ).status

    expect(await make(await hub.tokenOf('bob'), ['servers!user'])).toBe(201)
    expect(await make(await hub.tokenOf('bob'), ['admin:users'])).toBe(400)
    expect(await make(await hub.tokenOf('bob'), ['servers!user=ada'])).toBe(400)
    expect(await make(await hub.tokenOf('bob'), ['nonsense'])).toBe(400)
    expect(await make(await hub.tokenOf('bob', ['tokens!user']), ['servers!user'])).toBe(400)
    expect(await make(await hub.tokenOf('ada'), ['admin:users'])).toBe(400)
  })

  test('activity is taken from the server’s own token, forwards only, and not from the future', async () => {
    const server = await hub.servers.start({ user: 'bob', name: '' })
    const authorization = `token ${await hub.tokens.issue(server)}`
    const report = async (at: string) =>
      (
        await hub.ask('/hub/api/users/bob/activity', {
          door: 'servers',
          method: 'POST',
          headers: { authorization },
          body: JSON.stringify({ last_activity: at, servers: { '': { last_activity: at } } }),
        })
      ).status

    expect(await report('2030-01-01T00:30:00.123456Z')).toBe(200)
    expect(await report('2029-01-01T00:00:00Z')).toBe(200)
    expect(await report('2030-01-01T01:00:00Z')).toBe(400)
    expect(await report('yesterday')).toBe(400)
    expect(hub.people.named('bob')?.lastActivity?.toISOString()).toBe('2030-01-01T00:30:00.123Z')
    const other = await hub.ask('/hub/api/users/ada/activity', {
      method: 'POST',
      headers: { authorization },
      body: '{"last_activity":"2030-01-01T00:00:00Z"}',
    })
    expect(other.status).toBe(404)
  })
})

describe('doors', () => {
  test('the servers’ and the operator’s lead to the API alone', async () => {
    for (const door of ['servers', 'operator'] as const)
      expect((await hub.ask('/hub/login', { door })).status).toBe(404)
  })

  test('a cookie counts at the front alone', async () => {
    const { cookie } = await hub.browserOf('ada')

    expect((await hub.ask('/hub/api/user', { headers: { cookie } })).status).toBe(200)
    expect((await hub.ask('/hub/api/user', { door: 'servers', headers: { cookie } })).status).toBe(
      403,
    )
  })

  test('the operator’s takes nothing that was passed on', async () => {
    expect((await hub.ask('/hub/api/users', { door: 'operator' })).status).toBe(200)
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip'])
      expect(
        (await hub.ask('/hub/api/users', { door: 'operator', headers: { [name]: '1.2.3.4' } }))
          .status,
      ).toBe(403)
  })
})

describe('forms and cookies', () => {
  const post = (path: string, headers: Record<string, string>, body = '') =>
    hub.ask(path, { method: 'POST', headers, body })

  test('a sign-in form without the token of its page is refused', async () => {
    const answer = await post('/hub/login', form, 'username=ada&password=the+word+of+ada')

    expect(answer.status).toBe(403)
    expect(cookiesOf(answer)['jupyterhub-hub-login']).toBeUndefined()
  })

  test('the API with a cookie needs the token of the browser, and JSON', async () => {
    const { cookie, xsrf } = await hub.browserOf('ada')
    const other = await hub.browserOf('bob')
    const add = (headers: Record<string, string>) => post('/hub/api/users/carol', headers, '{}')

    expect((await add({ ...json, cookie })).status).toBe(403)
    expect((await add({ ...json, cookie, 'x-xsrftoken': other.xsrf })).status).toBe(403)
    expect((await add({ 'content-type': 'text/plain', cookie, 'x-xsrftoken': xsrf })).status).toBe(
      403,
    )
    expect((await add({ ...json, cookie, 'x-xsrftoken': xsrf })).status).toBe(201)
  })

  test('cookies are for the hub alone, but for the session’s id', async () => {
    const start = await hub.ask('/hub/login')
    const xsrf = cookiesOf(start)['_xsrf'] ?? ''
    const answer = await post(
      '/hub/login',
      { ...form, cookie: `_xsrf=${xsrf}` },
      `username=ada&password=the+word+of+ada&_xsrf=${xsrf}`,
    )

    const set = [answer.headers['set-cookie'] ?? []].flat()
    expect(answer.status).toBe(302)
    expect(set.find((cookie) => cookie.startsWith('jupyterhub-hub-login='))).toMatch(
      /Path=\/hub\/.*HttpOnly/,
    )
    expect(set.find((cookie) => cookie.startsWith('jupyterhub-session-id='))).toMatch(
      /Path=\/;.*HttpOnly|HttpOnly.*Path=\//,
    )
  })

  test('a sign-in that fails is told to the proxy, and no other', async () => {
    const xsrf = cookiesOf(await hub.ask('/hub/login'))['_xsrf'] ?? ''
    const tell = async (password: string) => {
      const text = `username=ada&password=${password}&_xsrf=${xsrf}`
      const answer = await post('/hub/login', { ...form, cookie: `_xsrf=${xsrf}` }, text)
      return [answer.status, answer.headers['bulkhead-sign-in']]
    }

    expect(await tell('another+word')).toEqual([403, 'failed'])
    expect(await tell('the+word+of+ada')).toEqual([302, undefined])
    const unauthorised = await hub.ask('/hub/api/user')
    expect([unauthorised.status, unauthorised.headers['bulkhead-sign-in']]).toEqual([
      403,
      undefined,
    ])
    const auth = { username: 'ada', password: 'another word' }
    const byApi = await post('/hub/api/users/ada/tokens', json, JSON.stringify({ auth }))
    expect([byApi.status, byApi.headers['bulkhead-sign-in']]).toEqual([403, 'failed'])
  })

  test('another site’s link to start a server gets the page with the button', async () => {
    const { cookie } = await hub.browserOf('bob')

    const answer = await hub.ask('/hub/spawn', {
      headers: { cookie, 'sec-fetch-site': 'cross-site' },
    })

    expect(answer.text).toContain('"page":"stopped"')
    expect(await hub.servers.get({ user: 'bob', name: '' })).toBeUndefined()
  })

  test.each(['no-cors', 'cors', 'same-origin'])(
    'a page that merely loads the address for signing out (%s) signs nobody out',
    async (mode) => {
      const { cookie } = await hub.browserOf('bob')
      const visit = (headers: Record<string, string>) =>
        hub.ask('/hub/logout', { headers: { cookie, ...headers } })
      const home = () => hub.ask('/hub/home', { headers: { cookie } })

      expect((await visit({ 'sec-fetch-mode': mode })).status).toBe(403)
      expect((await home()).status).toBe(200)
      expect((await visit({ 'sec-fetch-mode': 'navigate' })).status).toBe(200)
      expect((await home()).status).toBe(302)
    },
  )

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    'http://hub.example@evil.example/',
  ])('next=%s does not lead away', async (next) => {
    const { cookie } = await hub.browserOf('bob')

    const answer = await hub.ask(`/hub/login?next=${encodeURIComponent(next)}`, {
      headers: { cookie },
    })

    expect(answer.headers['location']).toBe('/hub/')
  })

  test('what a page holds cannot leave its script element', async () => {
    const start = await hub.ask('/hub/login')
    const xsrf = cookiesOf(start)['_xsrf'] ?? ''
    const name = '</script><script>alert(1)</script>'

    const answer = await post(
      '/hub/login',
      { ...form, cookie: `_xsrf=${xsrf}` },
      new URLSearchParams({ username: name, password: 'x', _xsrf: xsrf }).toString(),
    )

    expect(answer.text).not.toContain('</script><script>')
    expect(answer.headers['content-security-policy']).toMatch(/script-src 'self'(;|$)/)
  })
})
