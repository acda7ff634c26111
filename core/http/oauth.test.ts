import { createHash } from 'node:crypto'

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

const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('a visitor at a server', () => {
  const verifier = 'v'.repeat(43)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const callback = '/user/bob/oauth_callback'
  const query = (changes: Record<string, string> = {}) =>
    new URLSearchParams({
      client_id: 'jupyterhub-user-bob',
      redirect_uri: callback,
      response_type: 'code',
      state: 's',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...changes,
    }).toString()

  async function bobsServer(): Promise<string> {
    return hub.tokens.issue(await hub.servers.start({ user: 'bob', name: '' }))
  }
  const authorize = async (name: string, changes: Record<string, string> = {}) => {
    const { cookie } = await hub.browserOf(name)
    return hub.ask(`/hub/api/oauth2/authorize?${query(changes)}`, {
      headers: { cookie, accept: 'text/html' },
    })
  }
  const exchange = (secret: string, changes: Record<string, string> = {}) => {
    const body = new URLSearchParams({
      client_id: 'jupyterhub-user-bob',
      client_secret: secret,
      grant_type: 'authorization_code',
      redirect_uri: callback,
      code_verifier: verifier,
      ...changes,
    })
    return hub.ask('/hub/api/oauth2/token', {
      door: 'servers',
      method: 'POST',
      headers: { ...form, authorization: `token ${secret}` },
      body: body.toString(),
    })
  }
  const codeIn = (location: unknown) =>
    new URL(String(location), 'http://hub.example').searchParams.get('code') ?? ''

  test('whoever goes into somebody else’s server is written down for both of them; the owner is not', async () => {
    await bobsServer()
    await authorize('bob')
    const { cookie, xsrf } = await hub.browserOf('ada')
    await hub.ask(`/hub/api/oauth2/authorize?${query()}`, {
      method: 'POST',
      headers: { ...form, cookie },
      body: new URLSearchParams({ _xsrf: xsrf }).toString(),
    })

    expect(hub.auditLog.rows.filter(({ action }) => action === 'server.entered')).toMatchObject([
      { actor: { name: 'ada' }, target: { kind: 'server', name: 'bob', userId: 2 } },
    ])
  })

  test('who owns it is let in without a question, and the code works once', async () => {
    const secret = await bobsServer()
    const { status, headers } = await authorize('bob')
    const code = codeIn(headers['location'])

    expect(status).toBe(302)
    expect(String(headers['location'])).toMatch(/^\/user\/bob\/oauth_callback\?code=.+&state=s$/)
    const answer = await exchange(secret, { code })
    expect(answer.status).toBe(200)
    const token = JSON.parse(answer.text).access_token
    const user = JSON.parse(
      (
        await hub.ask('/hub/api/user', {
          door: 'servers',
          headers: { authorization: `token ${token}` },
        })
      ).text,
    )
    expect(user).toMatchObject({ name: 'bob', session_id: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(user.scopes).toContain('access:servers!server=bob/')
    expect(user.scopes).not.toContain('servers!user=bob')
    expect((await exchange(secret, { code })).status).toBe(400)
  })

  test('an admin is asked, a stranger is refused, nobody is sent to sign in', async () => {
    await bobsServer()
    hub.people.add({ name: 'eve', admin: false, createdAt: hub.clock.now() })

    expect((await authorize('ada')).text).toContain('"page":"consent"')
    expect((await authorize('eve')).status).toBe(403)
    const nobody = await hub.ask(`/hub/api/oauth2/authorize?${query()}`)
    expect(String(nobody.headers['location'])).toMatch(
      /^\/hub\/login\?next=%2Fhub%2Fapi%2Foauth2%2Fauthorize/,
    )
  })

  test.each([
    ['a foreign address to go back to', { redirect_uri: 'https://evil.example/' }],
    ['an unknown program', { client_id: 'jupyterhub-user-nobody' }],
    ['another kind of answer', { response_type: 'token' }],
    ['a weak challenge', { code_challenge_method: 'plain' }],
  ])('%s is refused, and leads nowhere', async (_what, changes) => {
    await bobsServer()

    const { status, headers } = await authorize('bob', changes)

    expect([status, headers['location']]).toEqual([400, undefined])
  })

  test.each([
    ['a wrong verifier', { code_verifier: 'w'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
    ['another address', { redirect_uri: '/user/ada/oauth_callback' }],
    ['another kind of grant', { grant_type: 'password' }],
    ['a wrong secret', { client_secret: 'x' }],
  ])('%s gets no token', async (_what, changes) => {
    const secret = await bobsServer()
    const code = codeIn((await authorize('bob')).headers['location'])

    const answer = await exchange(secret, { code, ...changes })

    expect([400, 401]).toContain(answer.status)
    expect(answer.text).not.toContain('access_token')
  })

  test('another server cannot use the code', async () => {
    await bobsServer()
    const adas = await hub.tokens.issue(await hub.servers.start({ user: 'ada', name: '' }))
    const code = codeIn((await authorize('bob')).headers['location'])

    expect((await exchange(adas, { code, client_id: 'jupyterhub-user-ada' })).status).toBe(400)
  })

  test('signing out ends the token at once', async () => {
    const secret = await bobsServer()
    const { cookie } = await hub.browserOf('bob')
    const granted = await hub.ask(`/hub/api/oauth2/authorize?${query()}`, { headers: { cookie } })
    const token = JSON.parse(
      (await exchange(secret, { code: codeIn(granted.headers['location']) })).text,
    ).access_token
    const who = async () =>
      (
        await hub.ask('/hub/api/user', {
          door: 'servers',
          headers: { authorization: `token ${token}` },
        })
      ).status
    expect(await who()).toBe(200)

    await hub.ask('/hub/logout', { headers: { cookie } })

    expect(await who()).toBe(403)
  })
})
