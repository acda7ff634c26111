import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Access } from '#core/domain/access/access.ts'

import { cookiesOf, OpenHub } from '../testing/open-hub.ts'

/** Holes that hubs for Jupyter have had, each tried here under the name that it was published by. */
let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const bobsServer = () => hub.servers.get({ user: 'bob', name: '' })

describe('GHSA-c4gm-pwx9-9w8j: an address in a page', () => {
  test.each(['/hub/login', '/hub/spawn-pending/bob', '/hub/accept-share'])(
    'cannot become markup in %s',
    async (path) => {
      const { cookie } = await hub.browserOf('bob')
      const next = '/hub/home?"><script>alert(1)</script><i title=\''

      for (const headers of [{}, { cookie }]) {
        const answer = await hub.ask(
          `${path}?code=${encodeURIComponent(next)}&next=${encodeURIComponent(next)}`,
          { headers: { ...headers, accept: 'text/html' } },
        )
        expect(answer.text).not.toContain('<script>alert')
        expect(answer.text).not.toContain('<i title')
      }
    },
  )
})

describe('CVE-2026-54338: a name without end', () => {
  test.each([300, 5000, 100_000])('of %i letters is refused, and not repeated', async (length) => {
    const start = await hub.ask('/hub/login')
    const xsrf = cookiesOf(start)['_xsrf'] ?? ''

    const answer = await hub.ask('/hub/login', {
      method: 'POST',
      headers: { ...form, cookie: `_xsrf=${xsrf}` },
      body: new URLSearchParams({
        username: 'n'.repeat(length),
        password: 'x',
        _xsrf: xsrf,
      }).toString(),
    })

    expect([400, 403]).toContain(answer.status)
    expect(answer.text).not.toContain('n'.repeat(256))
  })
})

describe('CVE-2026-40864: a start that another site asks for', () => {
  const SITES = ['cross-site', 'same-site', 'none', 'same-origin']
  const MODES = ['no-cors', 'cors', 'navigate', 'same-origin', 'websocket']

  test.each(SITES.flatMap((site) => MODES.map((mode) => [site, mode] as const)))(
    'by a form, from %s as %s, is refused without the page’s token',
    async (site, mode) => {
      const { cookie } = await hub.browserOf('bob')

      const answer = await hub.ask('/hub/spawn', {
        method: 'POST',
        headers: { ...form, cookie, 'sec-fetch-site': site, 'sec-fetch-mode': mode },
        body: '',
      })

      expect(answer.status).toBe(403)
      expect(await bobsServer()).toBeUndefined()
    },
  )

  test.each([
    ['cross-site', 'no-cors'],
    ['cross-site', 'cors'],
    ['cross-site', 'navigate'],
    ['same-site', 'no-cors'],
    ['same-site', 'cors'],
  ])('by an address, from %s as %s, starts nothing', async (site, mode) => {
    const { cookie } = await hub.browserOf('bob')

    await hub.ask('/hub/spawn', {
      headers: { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': mode },
    })

    expect(await bobsServer()).toBeUndefined()
  })

  test.each(['cross-site', 'same-site'])('through the API, from %s, is refused', async (site) => {
    const { cookie } = await hub.browserOf('bob')

    for (const mode of MODES) {
      const { status } = await hub.ask('/hub/api/users/bob/server', {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': mode },
      })
      expect(status, mode).toBe(403)
    }
    expect(await bobsServer()).toBeUndefined()
  })
})

const LEADING_AWAY = [
  'https://evil.example/',
  '//evil.example',
  '///evil.example',
  '////evil.example/x',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '\t//evil.example',
  '/%09/evil.example'.replace('%09', '\n'),
  ' //evil.example',
  'https:evil.example',
  'http://hub.example@evil.example/',
  'http://hub.example.evil.example/',
  'http://hub.example:81/',
  'http://hub.example//evil.example',
  '/hub/..//evil.example',
  '/.//evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '@evil.example',
]

describe.each(['CVE-2019-10255', 'CVE-2026-33709'])('%s: next', (id) => {
  test.each(LEADING_AWAY)('%j leads nowhere else', async (next) => {
    const { cookie, xsrf } = await hub.browserOf('bob')
    const query = `next=${encodeURIComponent(next)}`
    // The older one was in signing in, the younger in what comes after.
    const answer =
      id === 'CVE-2019-10255'
        ? await hub.ask(`/hub/login?${query}`, {
            method: 'POST',
            headers: { ...form, cookie },
            body: new URLSearchParams({
              username: 'bob',
              password: 'the word of bob',
              _xsrf: xsrf,
            }).toString(),
          })
        : await hub.ask(`/hub/login?${query}`, { headers: { cookie } })

    const location = String(answer.headers['location'])
    expect(answer.status).toBe(302)
    expect(location).toMatch(/^\/(?![/\\])/)
    expect(new URL(location, 'http://hub.example').origin).toBe('http://hub.example')
  })
})

describe('CVE-2024-41942: who may manage people and is no admin', () => {
  test('makes no admin of himself, of others, or of newcomers', async () => {
    hub.access = new Access({
      customScopes: [],
      roles: [
        {
          name: 'staff',
          description: '',
          scopes: ['admin:users', 'list:users'],
          users: ['bob'],
          groups: [],
          services: [],
        },
      ],
    })
    const tries = [
      ['PATCH', '/users/bob', { admin: true }],
      ['POST', '/users/eve', { admin: true }],
      ['POST', '/users', { usernames: ['eve'], admin: true }],
      ['PATCH', '/users/ada', { admin: false }],
      ['PATCH', '/users/ada', { name: 'eve' }],
    ] as const

    for (const [method, path, body] of tries)
      expect(
        (await hub.call('bob', path, { method, body })).status,
        `${method} ${path}`,
      ).toBeGreaterThanOrEqual(400)
    expect(
      [...hub.people.users.values()].filter(({ admin }) => admin).map(({ name }) => name),
    ).toEqual(['ada'])
  })
})

describe('CVE-2024-28233: a cookie that somebody else’s page planted', () => {
  test('does not replace the browser’s own token', async () => {
    const [bob, ada] = [await hub.browserOf('bob'), await hub.browserOf('ada')]

    const { status } = await hub.ask('/hub/api/users/bob/tokens', {
      method: 'POST',
      headers: { cookie: `_xsrf=${ada.xsrf}; ${bob.cookie}`, 'x-xsrftoken': bob.xsrf },
    })

    expect(status).toBe(201)
  })

  test('is no token of the browser’s', async () => {
    const [bob, ada] = [await hub.browserOf('bob'), await hub.browserOf('ada')]

    for (const token of [ada.xsrf, 'planted', ''])
      for (const cookie of [`_xsrf=${token}; ${bob.cookie}`, `${bob.cookie}; _xsrf=${token}`]) {
        const { status } = await hub.ask('/hub/api/users/bob/tokens', {
          method: 'POST',
          headers: { cookie, 'x-xsrftoken': token },
        })
        expect(status).toBe(403)
      }
  })

  test('that signs in is closed to scripts, and goes to the hub’s own paths alone', async () => {
    const start = await hub.ask('/hub/login')
    const xsrf = cookiesOf(start)['_xsrf'] ?? ''
    const { headers } = await hub.ask('/hub/login', {
      method: 'POST',
      headers: { ...form, cookie: `_xsrf=${xsrf}` },
      body: new URLSearchParams({
        username: 'bob',
        password: 'the word of bob',
        _xsrf: xsrf,
      }).toString(),
    })

    const login = [headers['set-cookie'] ?? []]
      .flat()
      .find((each) => each.startsWith('jupyterhub-hub-login='))
    expect(login).toMatch(/; Path=\/hub\/(;|$)/)
    expect(login).toMatch(/; HttpOnly/)
    expect(login).toMatch(/; SameSite=Lax/)
  })
})

describe('GHSA-cw7p-q79f-m2v7: signing out', () => {
  test('ends what every tab and every server was given under the session', async () => {
    const { cookie } = await hub.browserOf('bob')
    const ask = (headers: Record<string, string>) => hub.ask('/hub/api/user', { headers })
    const { session_id: sessionId } = JSON.parse((await ask({ cookie })).text) as {
      session_id: string
    }
    const visitors = await Promise.all(
      ['jupyterhub-user-bob', 'service-x'].map((clientId) =>
        hub.tokens.issueToClient({
          clientId,
          userId: hub.people.named('bob')?.id ?? 0,
          scopes: ['read:users:name!user'],
          sessionId,
          expiresIn: 3600,
        }),
      ),
    )
    for (const { secret } of visitors)
      expect((await ask({ authorization: `token ${secret}` })).status).toBe(200)

    await hub.ask('/hub/logout', { headers: { cookie } })

    for (const { secret } of visitors)
      expect((await ask({ authorization: `token ${secret}` })).status).toBe(403)
    expect((await ask({ cookie })).status).toBe(403)
  })
})

describe('CVE-2021-41194: a name that is spelled otherwise', () => {
  const SPELLINGS = ['ADA', 'Ada', 'ＡＤＡ', 'ᴬᴰᴬ', '%20ada', 'ada%20']

  test.each(SPELLINGS)('%s is nobody new', async (spelling) => {
    const { status } = await hub.call(
      'ada',
      `/users/${/%/.test(spelling) ? spelling : encodeURIComponent(spelling)}`,
      {
        method: 'POST',
        body: {},
      },
    )

    expect([400, 409]).toContain(status)
    expect(hub.people.users.size).toBe(2)
  })

  test.each(SPELLINGS.map((each) => decodeURIComponent(each)))(
    '%j does not sign in with another password, nor as anybody else',
    async (username) => {
      const start = await hub.ask('/hub/login')
      const xsrf = cookiesOf(start)['_xsrf'] ?? ''
      const answer = await hub.ask('/hub/login', {
        method: 'POST',
        headers: { ...form, cookie: `_xsrf=${xsrf}` },
        body: new URLSearchParams({ username, password: 'another', _xsrf: xsrf }).toString(),
      })

      expect(cookiesOf(answer)['jupyterhub-hub-login']).toBeUndefined()
      expect(hub.people.users.size).toBe(2)
    },
  )
})
