import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const post = (body?: unknown) => ({ method: 'POST', ...(body !== undefined && { body }) })
const make = async (body?: unknown, by = 'bob') =>
  hub.call(by, '/users/bob/tokens', { ...post(body) })
type Made = { readonly id: string; readonly token: string }
const idOf = ({ json }: { readonly json: unknown }) => (json as Made).id
const idsIn = ({ json }: { readonly json: unknown }) =>
  (json as { readonly api_tokens: readonly Made[] }).api_tokens.map(({ id }) => id)

test('a token is made, shown once with its text, listed, and voided', async () => {
  const made = await make({ note: 'for a script', expires_in: 60, scopes: ['read:users!user'] })

  expect(made).toMatchObject({
    status: 201,
    json: {
      user: 'bob',
      id: expect.stringMatching(/^a\d+$/),
      kind: 'api_token',
      roles: [],
      token: expect.stringMatching(/^[0-9a-f]{32}$/),
      note: 'for a script',
      last_activity: null,
      session_id: null,
      oauth_client: 'JupyterHub',
    },
  })
  const shown = await hub.call('bob', `/users/bob/tokens/${idOf(made)}`)
  expect(shown.json).not.toHaveProperty('token')
  expect(shown.json).toMatchObject({ scopes: expect.arrayContaining(['read:users!user=bob']) })
  expect(idsIn(await hub.call('bob', '/users/bob/tokens'))).toContain(idOf(made))
  const voided = await hub.call('bob', `/users/bob/tokens/${idOf(made)}`, { method: 'DELETE' })
  expect(voided.status).toBe(204)
  expect((await hub.call('bob', `/users/bob/tokens/${idOf(made)}`)).status).toBe(404)
})

test('its use is written down now and then, as the settings say', async () => {
  hub.activityResolution = 5000
  const { id, token } = (await make()).json as Made
  const headers = { authorization: `token ${token}` }
  const used = async () => {
    await hub.ask('/hub/api/user', { headers })
    return (await hub.call('bob', `/users/bob/tokens/${id}`)).json
  }

  expect(await used()).toMatchObject({ last_activity: '2030-01-01T00:00:00.000Z' })
  await hub.clock.advance(5000)
  expect(await used()).toMatchObject({ last_activity: '2030-01-01T00:00:00.000Z' })
  await hub.clock.advance(1)
  expect(await used()).toMatchObject({ last_activity: '2030-01-01T00:00:05.001Z' })
})

test('without a body it gives all that its owner holds, and says who asked for it', async () => {
  expect((await make()).json).toMatchObject({ note: 'Requested via api', expires_at: null })
  expect((await make({ note: null }, 'ada')).json).toMatchObject({
    note: 'Requested via api by user ada',
    scopes: expect.arrayContaining(['servers!user=bob']),
  })
})

test.each([
  [{ note: 5 }, 'note'],
  [{ note: 'x'.repeat(256) }, 'note'],
  [{ expires_in: -1 }, 'expires_in'],
  [{ expires_in: 0 }, 'expires_in'],
  [{ expires_in: 1.5 }, 'expires_in'],
  [{ expires_in: '60' }, 'expires_in'],
  [{ expires_in: 1e15 }, 'expires_in'],
  [{ scopes: 'self' }, 'scopes'],
  [{ scopes: [1] }, 'scopes[0]'],
  [{ scopes: ['no:such'] }, 'no:such'],
  [{ scopes: ['read:users!moon=1'] }, 'moon'],
  [{ scopes: ['admin:users'] }, 'admin:users'],
  [{ roles: ['admin'] }, 'scopes'],
  [{ roles: ['none'] }, 'roles'],
  [{ roles: ['user'], scopes: ['self'] }, 'roles'],
  [{ expiresin: 5 }, 'expiresin'],
  [[], 'object'],
])('%j is refused, and says where', async (body, where) => {
  const { status, json } = await make(body)

  expect(status).toBe(400)
  expect(json).toMatchObject({ message: expect.stringContaining(where) })
})

test('roles stand for their scopes', async () => {
  expect((await make({ roles: ['user'] })).json).toMatchObject({
    scopes: expect.arrayContaining(['servers!user=bob', 'tokens!user=bob']),
  })
})

test('no token lives longer than the hub allows, nor without an end', async () => {
  hub.longestToken = 3600

  expect((await make({ expires_in: 3601 })).status).toBe(400)
  expect((await make({ expires_in: 3600 })).status).toBe(201)
  const endless = await make({})
  expect((endless.json as { readonly expires_at: string }).expires_at).toBe(
    new Date(hub.clock.now().getTime() + 3_600_000).toISOString(),
  )
})

test('what has expired is not shown any more', async () => {
  const id = idOf(await make({ expires_in: 60 }))

  await hub.clock.advance(61_000)

  expect(idsIn(await hub.call('bob', '/users/bob/tokens'))).not.toContain(id)
  expect((await hub.call('bob', `/users/bob/tokens/${id}`)).status).toBe(404)
})

test('voiding a visitor’s token voids all that the person gave that client, and nothing else', async () => {
  const bob = hub.people.named('bob')?.id ?? 0
  const ada = hub.people.named('ada')?.id ?? 0
  const issue = (userId: number, clientId: string) =>
    hub.tokens.issueToClient({ clientId, userId, scopes: [], sessionId: null, expiresIn: 60 })
  for (const client of ['c', 'c', 'd']) await issue(bob, client)
  await issue(ada, 'c')
  const own = idOf(await make())
  const [first] = await hub.tokens.listOf(bob)

  await hub.call('bob', `/users/bob/tokens/a${first?.id}`, { method: 'DELETE' })

  const left = await hub.tokens.listOf(bob)
  expect(left.filter(({ kind }) => kind === 'oauth').map(({ clientId }) => clientId)).toEqual(['d'])
  expect(left.map(({ id }) => `a${id}`)).toContain(own)
  expect(await hub.tokens.listOf(ada)).toHaveLength(1)
})

test.each(['a0', 'a-1', '1', 'a1e3', 'a01', 'b1', 'a99999999999999999999', 'a%20'])(
  '%s is the id of no token',
  async (id) => {
    expect((await hub.call('bob', `/users/bob/tokens/${id}`)).status).toBe(404)
  },
)

test('somebody else’s token is not found under one’s own name', async () => {
  const id = idOf(await make())

  expect((await hub.call('ada', `/users/ada/tokens/${id}`, { method: 'DELETE' })).status).toBe(404)
  expect((await hub.call('bob', `/users/bob/tokens/${id}`)).status).toBe(200)
})

describe('by name and password in the body', () => {
  const ask = async (
    auth: unknown,
    { of = 'bob', headers = {} }: { of?: string; headers?: Record<string, string> } = {},
  ) =>
    hub.ask(`/hub/api/users/${of}/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ auth }),
    })
  const right = { username: 'Bob', password: 'the word of bob' }

  test('a person makes a token for himself, and for nobody whom he may not', async () => {
    const made = await ask(right)
    expect(made.status).toBe(201)
    expect(JSON.parse(made.text)).toMatchObject({ user: 'bob', note: 'Requested via api' })
    for (const of of ['ada', 'nobody']) expect((await ask(right, { of })).status).toBe(403)
  })

  test.each([
    [{ username: 'bob', password: 'guess' }],
    [{ username: 'nobody', password: 'the word of nobody' }],
    [{ username: 'bob' }],
    [{}],
    [null],
    [undefined],
  ])('%j is refused as a missing credential is', async (auth) => {
    expect((await ask(auth)).status).toBe(403)
  })

  test('guessing is braked as signing in is', async () => {
    for (let i = 0; i < 5; i++) await ask({ ...right, password: 'guess' })

    const braked = await ask(right)

    expect(braked.status).toBe(429)
    expect(Number(braked.headers['retry-after'])).toBeGreaterThan(0)
  })

  test('a browser’s cookie goes before it, and then its page must have asked', async () => {
    const { cookie, xsrf } = await hub.browserOf('bob')

    expect((await ask(right, { headers: { cookie } })).status).toBe(403)
    expect((await ask(undefined, { headers: { cookie, 'x-xsrftoken': xsrf } })).status).toBe(201)
  })
})

test.each([
  ['GET', '/users/ada/tokens', 'read:tokens', 404],
  ['POST', '/users/ada/tokens', 'tokens', 403],
  ['GET', '/users/ada/tokens/a1', 'read:tokens', 404],
  ['DELETE', '/users/ada/tokens/a1', 'tokens', 404],
])('%s %s is closed to who holds %s over others', async (method, path, scope, status) => {
  const before = hub.people.tokens.size

  for (const filter of ['user=bob', 'server=ada/', 'group=none']) {
    const asked = await hub.call('ada', path, { method, scopes: [`${scope}!${filter}`] })
    expect([403, status]).toContain(asked.status)
  }
  expect(hub.people.tokens.size).toBe(before + 3)
})
