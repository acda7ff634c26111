import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { noLimits, serverSettings } from '#core/domain/testing/server-settings.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

async function asker(name: string, scopes?: readonly string[]) {
  const authorization = await hub.tokenOf(name, scopes)
  return async (method: string, path: string, body?: unknown) => {
    const answer = await hub.ask(`/hub/api${path}`, {
      method,
      headers: { authorization },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const json: unknown = answer.text.startsWith('{') ? JSON.parse(answer.text) : answer.text
    return { status: answer.status, json, headers: answer.headers }
  }
}

describe('named servers', () => {
  test('start, are shown, and stop, beside the default one', async () => {
    const bob = await asker('bob')

    expect((await bob('POST', '/users/bob/servers/gpu', { display_name: 'My GPU' })).status).toBe(
      201,
    )
    expect((await bob('POST', '/users/bob/server')).status).toBe(201)
    expect((await bob('GET', '/users/bob/servers/gpu')).json).toMatchObject({
      name: 'gpu',
      full_name: 'bob/gpu',
      display_name: 'My GPU',
      ready: true,
      url: '/user/bob/gpu/',
      progress_url: '/hub/api/users/bob/servers/gpu/progress',
    })
    expect((await bob('GET', '/users/bob')).json).toMatchObject({
      server: '/user/bob/',
      servers: { '': { ready: true }, gpu: { ready: true } },
    })
    expect((await bob('POST', '/users/bob/servers/gpu')).status).toBe(400)
    expect((await bob('DELETE', '/users/bob/servers/gpu')).status).toBe(204)
    expect((await bob('GET', '/users/bob')).json).toMatchObject({ servers: { '': {} } })
    expect((await bob('GET', '/users/bob?include_stopped_servers=1')).json).toMatchObject({
      servers: { gpu: { stopped: true, display_name: 'My GPU' } },
    })
  })

  test('are made without being started, renamed, changed and taken away', async () => {
    const bob = await asker('bob')

    const made = await bob('PUT', '/users/bob/servers/gpu', { user_options: { size: 1 } })
    expect(made).toMatchObject({
      status: 201,
      json: { name: 'gpu', display_name: 'gpu', stopped: true, user_options: { size: 1 } },
    })
    expect((await bob('PUT', '/users/bob/servers/gpu')).status).toBe(409)
    expect((await bob('PUT', '/users/bob/server')).status).toBe(409)
    expect(
      await bob('PATCH', '/users/bob/servers/gpu', { name: 'big', display_name: 'Big one' }),
    ).toMatchObject({ status: 200, json: { name: 'big', display_name: 'Big one' } })
    expect((await bob('GET', '/users/bob/servers/gpu')).status).toBe(404)
    expect((await bob('DELETE', '/users/bob/servers/big', { remove: true })).status).toBe(204)
    expect((await bob('DELETE', '/users/bob/servers/big', { remove: true })).status).toBe(404)
    expect((await bob('DELETE', '/users/bob/server', { remove: true })).status).toBe(400)
  })

  test.each([
    ['POST', '/users/bob/servers/GPU', {}],
    ['POST', '/users/bob/servers/a--b', {}],
    ['POST', '/users/bob/servers/..', {}],
    ['PUT', `/users/bob/servers/${'x'.repeat(31)}`, {}],
    ['POST', '/users/bob/servers/gpu', { display_name: 5 }],
    ['POST', '/users/bob/servers/gpu', { display_name: 'a  b' }],
    ['POST', '/users/bob/servers/gpu', { user_options: [] }],
    ['POST', '/users/bob/servers/gpu', []],
    ['POST', '/users/bob/servers/gpu', 'no JSON'],
    ['PATCH', '/users/bob/servers/old', {}],
    ['PATCH', '/users/bob/servers/old', { colour: 'red' }],
    ['PATCH', '/users/bob/servers/old', { name: 'A' }],
    ['PATCH', '/users/bob/servers/old', { name: '' }],
    ['PATCH', '/users/bob/servers/old', { user_options: null }],
    ['DELETE', '/users/bob/servers/old', { remove: 'yes' }],
  ])('%s %s %j is refused in words', async (method, path, body) => {
    const bob = await asker('bob')
    await bob('PUT', '/users/bob/servers/old')

    const { status, json } = await bob(method, path, body)

    expect(status).toBe(400)
    expect(json).toMatchObject({ message: expect.any(String) })
    expect((await bob('GET', '/users/bob?include_stopped_servers=1')).json).toMatchObject({
      servers: { old: { display_name: 'old' } },
    })
  })

  test('are not changed while they run, and not named like another', async () => {
    const bob = await asker('bob')
    await bob('POST', '/users/bob/servers/gpu')
    await bob('PUT', '/users/bob/servers/cpu')

    expect((await bob('PATCH', '/users/bob/servers/gpu', { display_name: 'x' })).status).toBe(400)
    expect((await bob('PATCH', '/users/bob/servers/cpu', { name: 'gpu' })).status).toBe(409)
    expect((await bob('PATCH', '/users/bob/servers/tpu', { name: 'x' })).status).toBe(404)
  })

  test('are limited, or off, as the settings say', async () => {
    const bob = await asker('bob')
    hub.serverSettings = serverSettings({ limits: { ...noLimits, named: 1 } })
    expect((await bob('PUT', '/users/bob/servers/one')).status).toBe(201)
    expect((await bob('PUT', '/users/bob/servers/two')).status).toBe(400)
    expect((await bob('POST', '/users/bob/servers/two')).status).toBe(400)

    hub.serverSettings = serverSettings({ limits: { ...noLimits, namedAllowed: false } })
    expect((await bob('POST', '/users/bob/servers/one')).status).toBe(400)
  })

  test('are no more than allowed, however many are asked for at once', async () => {
    const bob = await asker('bob')
    hub.serverSettings = serverSettings({ limits: { ...noLimits, named: 2 } })
    await bob('POST', '/users/bob/server')
    await bob('DELETE', '/users/bob/server')

    const idOf = (name: string) => ({ user: 'bob', name })
    await Promise.allSettled([
      ...['a', 'b', 'c'].map((name) => hub.servers.create(idOf(name), {})),
      ...['d', 'e', 'f'].map((name) => hub.servers.start(idOf(name))),
      hub.servers.edit(idOf(''), { name: 'g' }),
    ])

    const named = (await hub.servers.listOf('bob')).filter(({ id }) => id.name !== '')
    expect(named).toHaveLength(2)
  })

  test('belong to one rule of rights: a filter by server is for that server', async () => {
    const scopes = ['servers!server=bob/gpu']
    const some = await asker('bob', scopes)

    expect((await some('POST', '/users/bob/servers/gpu')).status).toBe(201)
    expect((await some('POST', '/users/bob/servers/cpu')).status).toBe(404)
    expect((await some('POST', '/users/bob/server')).status).toBe(404)
    expect((await some('PUT', '/users/ada/servers/gpu')).status).toBe(404)
    const none = await asker('bob', ['read:users!user'])
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await none(method, '/users/bob/servers/gpu', { name: 'x' })).status).toBe(403)
  })

  test('are renamed by who holds the right over both names', async () => {
    const bob = await asker('bob')
    await bob('PUT', '/users/bob/servers/gpu')
    const some = await asker('bob', ['servers!server=bob/gpu'])

    expect((await some('PATCH', '/users/bob/servers/gpu', { name: 'cpu' })).status).toBe(404)
    expect((await some('PATCH', '/users/bob/servers/gpu', { name: 'gpu' })).status).toBe(409)
    expect((await bob('GET', '/users/bob/servers/cpu')).status).toBe(404)
    const both = await asker('bob', ['servers!server=bob/gpu', 'start:servers!server=bob/cpu'])
    expect((await both('PATCH', '/users/bob/servers/gpu', { name: 'cpu' })).status).toBe(200)
  })

  test('and what the spawner knows them by is for who may see it', async () => {
    const [ada, bob] = [await asker('ada'), await asker('bob')]
    await bob('POST', '/users/bob/servers/gpu')

    expect((await bob('GET', '/users/bob/servers/gpu')).json).not.toHaveProperty('state')
    expect((await ada('GET', '/users/bob/servers/gpu')).json).toMatchObject({
      state: { number: 0 },
    })
    expect((await ada('GET', '/users/bob')).json).toMatchObject({
      servers: { gpu: { state: { number: 0 } } },
    })
  })
})

describe('the options of a start', () => {
  test('are the body itself where it names neither a name nor options', async () => {
    const bob = await asker('bob')
    await bob('POST', '/users/bob/server', { image: 'x', token: 't' })

    expect((await bob('GET', '/users/bob/server')).json).toMatchObject({
      user_options: { image: 'x', token: 't' },
    })
    await bob('DELETE', '/users/bob/server')
    await bob('POST', '/users/bob/server', {})
    expect((await bob('GET', '/users/bob/server')).json).toMatchObject({
      user_options: { image: 'x', token: 't' },
    })
  })

  test('are held to the form, where there is one', async () => {
    const field = { name: 'cores', label: 'Cores', help: '', type: 'number', max: 4 } as const
    hub.serverSettings = serverSettings({ form: [field] })
    const bob = await asker('bob')

    const refused = await bob('POST', '/users/bob/server', { user_options: { cores: 9 } })

    expect(refused).toMatchObject({
      status: 400,
      json: { message: 'user_options.cores: must be at most 4' },
    })
    expect((await bob('POST', '/users/bob/server', { image: 'x' })).status).toBe(400)
    expect((await bob('POST', '/users/bob/server', { cores: 2 })).status).toBe(201)
    expect((await bob('GET', '/users/bob/server')).json).toMatchObject({
      user_options: { cores: 2 },
    })
  })
})

test('a hub that is full says so, and when to come again as far as it knows', async () => {
  hub.serverSettings = serverSettings({ limits: { ...noLimits, active: 1 } })
  const [ada, bob] = [await asker('ada'), await asker('bob')]
  await ada('POST', '/users/ada/server')

  const refused = await bob('POST', '/users/bob/server')

  expect(refused).toMatchObject({
    status: 429,
    json: { message: expect.stringContaining('1 servers run') },
  })
  expect(refused.headers).not.toHaveProperty('retry-after')
})

test('a running named server is an OAuth client of its own, and its files are no server', async () => {
  const bob = await asker('bob')
  await bob('POST', '/users/bob/servers/gpu')
  const { cookie } = await hub.browserOf('bob')
  const authorize = (client: string, path: string) =>
    hub.ask(
      `/hub/api/oauth2/authorize?response_type=code&client_id=${client}&redirect_uri=${encodeURIComponent(path)}`,
      { headers: { cookie } },
    )

  const { status, headers } = await authorize(
    'jupyterhub-user-bob-gpu',
    '/user/bob/gpu/oauth_callback',
  )

  expect([status, headers['location']]).toEqual([
    302,
    expect.stringContaining('/user/bob/gpu/oauth_callback?code='),
  ])
  expect((await authorize('jupyterhub-user-bob', '/user/bob/oauth_callback')).status).toBe(400)
  await bob('DELETE', '/users/bob/servers/gpu')
  const gone = async (path: string) =>
    (await hub.ask(path, { headers: { accept: 'application/json' } })).text
  expect(await gone('/user/bob/gpu/api/kernels')).toContain('/hub/spawn/bob/gpu')
  expect(await gone('/user/bob/files/api/kernels')).toMatch(/\/hub\/spawn\/bob"/)
})
