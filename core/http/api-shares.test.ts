import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Access } from '#core/domain/access/access.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
let bob: string
beforeEach(async () => {
  hub = await OpenHub.open()
  hub.people.add({ name: 'cyd', admin: false, createdAt: hub.clock.now() })
  hub.access = withRoles(['self', 'shares!user', 'read:users:name', 'read:groups:name'])
  bob = await hub.tokenOf('bob')
  await hub.servers.start({ user: 'bob', name: '' })
  await hub.servers.settled({ user: 'bob', name: '' }, 1000)
})
afterEach(async () => hub[Symbol.asyncDispose]())

const withRoles = (user: readonly string[]) =>
  new Access({
    roles: [{ name: 'user', description: '', scopes: user, users: [], groups: [], services: [] }],
    customScopes: [],
  })

/** Whatever the tests look at in an answer. */
interface Json {
  readonly scopes: readonly string[]
  readonly items: readonly object[]
  readonly kind: string
  readonly code: string
  readonly id: string
  readonly accept_url: string
  readonly _pagination: { readonly total: number }
}

async function call(
  authorization: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Json }> {
  const answer = await hub.ask(`/hub/api${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: answer.text === '' ? {} : JSON.parse(answer.text) }
}

describe('sharing a server', () => {
  test('lets the other one in, and ends with all that is open', async () => {
    const cyd = await hub.tokenOf('cyd')
    const scopes = async () => (await call(cyd, 'GET', '/user')).json.scopes
    expect(await scopes()).not.toContain('access:servers!server=bob/')

    const shared = await call(bob, 'POST', '/shares/bob/', { user: 'Cyd' })

    expect(shared).toEqual({
      status: 200,
      json: {
        server: {
          user: { name: 'bob' },
          name: '',
          url: '/user/bob/',
          full_url: 'http://hub.example/user/bob/',
          ready: true,
        },
        scopes: ['access:servers!server=bob/'],
        user: { name: 'cyd' },
        group: null,
        kind: 'user',
        created_at: expect.any(String),
      },
    })
    expect(await scopes()).toContain('access:servers!server=bob/')
    expect((await call(cyd, 'DELETE', '/users/bob/server')).status).toBe(404)

    const left = await call(bob, 'PATCH', '/shares/bob/', { user: 'cyd' })
    expect(left).toEqual({ status: 200, json: {} })
    expect(await scopes()).not.toContain('access:servers!server=bob/')
    expect(hub.routes.closed).toContainEqual(expect.objectContaining({ prefix: '/user/bob/' }))
  })

  test('with a group is with the one that is written so, and not with another of the same letters', async () => {
    await hub.groups.create(['Course'], ['cyd'])
    await hub.groups.create(['course'], [])

    const shared = await call(bob, 'POST', '/shares/bob/', { group: 'Course' })
    expect(shared).toMatchObject({ status: 200, json: { group: { name: 'Course' } } })

    await call(bob, 'POST', '/shares/bob/', { group: 'course' })
    const ada = await hub.tokenOf('ada', ['groups:shares!group=Course'])
    expect((await call(ada, 'DELETE', '/groups/Course/shared/bob/')).status).toBe(204)
    const left = await call(bob, 'GET', '/shares/bob/')
    expect(left.json.items).toMatchObject([{ group: { name: 'course' } }])
  })

  test('with a group is for its members', async () => {
    await hub.groups.create(['course'], ['cyd'])
    expect((await call(bob, 'POST', '/shares/bob/', { group: 'course' })).status).toBe(200)

    const cyd = await hub.tokenOf('cyd')
    expect((await call(cyd, 'GET', '/user')).json.scopes).toContain('access:servers!server=bob/')
    const listed = await call(cyd, 'GET', '/users/cyd/shared')
    expect(listed.json).toMatchObject({
      items: [{ group: { name: 'course' }, kind: 'group' }],
      _pagination: { offset: 0, limit: 200, total: 1, next: null },
    })
    expect((await call(cyd, 'GET', '/groups/course/shared')).status).toBe(404)
    const ada = await hub.tokenOf('ada')
    expect((await call(ada, 'GET', '/groups/course/shared/bob/')).json.kind).toBe('group')
    expect((await call(ada, 'DELETE', '/groups/course/shared/bob/')).status).toBe(204)
    expect((await call(cyd, 'GET', '/user')).json.scopes).not.toContain(
      'access:servers!server=bob/',
    )
  })

  test('is seen by both, and can be left', async () => {
    const cyd = await hub.tokenOf('cyd')
    await call(bob, 'POST', '/shares/bob/', { user: 'cyd', scopes: ['servers', 'access:servers'] })

    expect((await call(bob, 'GET', '/shares/bob')).json.items).toHaveLength(1)
    expect((await call(bob, 'GET', '/shares/bob/?limit=1')).json._pagination.total).toBe(1)
    expect((await call(cyd, 'GET', '/users/cyd/shared/bob/')).json.scopes).toHaveLength(2)
    expect((await call(cyd, 'GET', '/shares/bob/')).status).toBe(404)
    const reduced = await call(bob, 'PATCH', '/shares/bob/', {
      user: 'cyd',
      scopes: ['servers!server=bob/'],
    })
    expect(reduced.json.scopes).toEqual(['access:servers!server=bob/'])
    expect((await call(cyd, 'DELETE', '/users/cyd/shared/bob/')).status).toBe(204)
    expect((await call(cyd, 'DELETE', '/users/cyd/shared/bob/')).status).toBe(404)
    await call(bob, 'POST', '/shares/bob/', { user: 'cyd' })
    expect((await call(bob, 'DELETE', '/shares/bob/')).status).toBe(204)
    expect((await call(bob, 'GET', '/shares/bob')).json.items).toEqual([])
  })

  test.each([
    [400, '/shares/bob/', {}],
    [400, '/shares/bob/', { user: 'cyd', group: 'course' }],
    [400, '/shares/bob/', { user: 'cyd', more: 1 }],
    [400, '/shares/bob/', { user: 7 }],
    [400, '/shares/bob/', { user: 'nobody' }],
    [400, '/shares/bob/', { group: 'nobodies' }],
    [400, '/shares/bob/', { user: 'cyd', scopes: ['nonsense'] }],
    [400, '/shares/bob/', { user: 'cyd', scopes: ['users'] }],
    [400, '/shares/bob/', { user: 'cyd', scopes: ['access:servers!server=ada/'] }],
    [400, '/shares/bob/', { user: 'cyd', scopes: ['access:servers!user=bob'] }],
    [400, '/shares/bob/', { user: 'bob' }],
    [403, '/shares/bob/', { user: 'cyd', scopes: ['admin:servers'] }],
    [404, '/shares/bob/other', { user: 'cyd' }],
    [404, '/shares/ada/', { user: 'cyd' }],
    [405, '/shares/bob', { user: 'cyd' }],
  ])('is answered %i at %s for %j', async (status, path, body) => {
    expect((await call(bob, 'POST', path, body)).status).toBe(status)
  })

  test('is for whom roles let share, and with whom he may know of', async () => {
    hub.access = withRoles(['self'])
    expect((await call(bob, 'POST', '/shares/bob/', { user: 'cyd' })).status).toBe(403)
    expect((await call(bob, 'POST', '/share-codes/bob/')).status).toBe(403)
    expect((await call(bob, 'GET', '/shares/bob')).status).toBe(200)
    hub.access = withRoles(['self', 'shares!user'])
    expect((await call(bob, 'POST', '/shares/bob/', { user: 'cyd' })).status).toBe(403)
    expect((await call(bob, 'POST', '/shares/bob/', { user: 'nobody' })).status).toBe(403)
  })

  test('of the default server is for who holds it over that server alone', async () => {
    const token = await hub.tokenOf('bob', ['shares!server=bob/', 'read:users:name'])
    expect((await call(token, 'POST', '/shares/bob/', { user: 'cyd' })).status).toBe(200)
    expect((await call(token, 'POST', '/shares/bob/lab', { user: 'cyd' })).status).toBe(404)
  })

  test('through a token goes no further than the token', async () => {
    const token = await hub.tokenOf('bob', ['shares!user', 'read:users:name'])
    const offer = (scopes: string[]) => call(token, 'POST', '/shares/bob/', { user: 'cyd', scopes })

    expect((await offer(['access:servers'])).status).toBe(200)
    expect((await offer(['delete:servers'])).status).toBe(403)
  })
})

describe('a share code', () => {
  test('is shown once, listed without itself, and voided by its id or itself', async () => {
    const made = await call(bob, 'POST', '/share-codes/bob/', { expires_in: 60 })
    expect(made.status).toBe(200)
    const { code, id, accept_url: url } = made.json
    expect(url).toBe(`/hub/accept-share?code=${code}`)
    expect(code).toMatch(/^[\w-]{43}$/)

    const listed = await call(bob, 'GET', '/share-codes/bob')
    expect(listed.json.items).toMatchObject([{ id, exchange_count: 0, last_exchanged_at: null }])
    expect(JSON.stringify(listed.json)).not.toContain(code)
    expect((await call(bob, 'DELETE', '/share-codes/bob/?id=sc_999')).status).toBe(404)
    expect((await call(bob, 'DELETE', '/share-codes/bob/?id=999')).status).toBe(404)
    expect((await call(bob, 'DELETE', `/share-codes/bob/?code=${code}`)).status).toBe(204)
    expect((await call(bob, 'DELETE', `/share-codes/bob/?code=${code}`)).status).toBe(404)
    expect((await call(bob, 'DELETE', '/share-codes/bob/')).status).toBe(204)
  })

  test.each([
    { expires_in: 59 },
    { expires_in: 31_536_001 },
    { expires_in: '60' },
    { user: 'cyd' },
    { scopes: ['users'] },
  ])('is not made of %j', async (body) => {
    expect((await call(bob, 'POST', '/share-codes/bob/', body)).status).toBe(400)
  })

  test('shows what it is for, and is accepted by a form of ours alone', async () => {
    const { code } = (await call(bob, 'POST', '/share-codes/bob/')).json
    const { cookie, xsrf } = await hub.browserOf('cyd')
    const url = `/hub/accept-share?code=${code}&next=//evil.example/x`

    const page = await hub.ask(url, { headers: { cookie } })
    expect(page.status).toBe(200)
    expect(page.text).toContain('"page":"accept-share"')
    expect(page.text).not.toContain('evil.example')
    const type = 'application/x-www-form-urlencoded'
    const post = (fields: Record<string, string>, headers = {}) =>
      hub.ask('/hub/accept-share?next=%2Fuser%2Fbob%2Flab', {
        method: 'POST',
        headers: { cookie, 'content-type': type, ...headers },
        body: new URLSearchParams(fields).toString(),
      })
    expect((await post({ code })).status).toBe(403)
    const foreign = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }
    expect((await post({ code }, foreign)).status).toBe(403)

    const accepted = await post({ code, _xsrf: xsrf })

    expect(accepted.status).toBe(302)
    expect(accepted.headers['location']).toBe('/user/bob/lab')
    expect((await call(await hub.tokenOf('cyd'), 'GET', '/user')).json.scopes).toContain(
      'access:servers!server=bob/',
    )
    expect((await call(bob, 'GET', '/share-codes/bob/')).json.items).toMatchObject([
      { exchange_count: 1 },
    ])
    expect((await post({ code: 'another', _xsrf: xsrf })).status).toBe(400)
    const { items } = await hub.audit.list({ action: 'share.accept' }, { offset: 0, limit: 9 })
    expect(items).toMatchObject([
      {
        actor: { kind: 'user', name: 'cyd' },
        target: { kind: 'server', name: 'bob', userId: 2 },
        outcome: 'done',
        detail: 'access:servers',
      },
    ])
  })

  test('is no good to its maker, to nobody, and after its time', async () => {
    const { code } = (await call(bob, 'POST', '/share-codes/bob/', { expires_in: 60 })).json
    const url = `/hub/accept-share?code=${code}`
    const bobs = await hub.browserOf('bob')
    expect((await hub.ask(url, { headers: { cookie: bobs.cookie } })).status).toBe(403)
    expect((await hub.ask(url)).headers['location']).toContain('/hub/login?next=')
    const { cookie } = await hub.browserOf('cyd')

    await hub.clock.advance(61_000)

    expect((await hub.ask(url, { headers: { cookie } })).status).toBe(404)
    expect((await hub.ask('/hub/accept-share', { headers: { cookie } })).status).toBe(404)
  })
})
