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

const paged = { accept: 'application/jupyterhub-pagination+json' }

function addPeople(count: number): void {
  for (let i = 0; i < count; i++)
    hub.people.add({ name: `p${i}`, admin: false, createdAt: hub.clock.now() })
}

const namesIn = (list: unknown) => {
  expect(list).toBeInstanceOf(Array)
  return (list as readonly { readonly name: string }[]).map(({ name }) => name)
}

describe('a list that has pages', () => {
  test('is a plain list of at most 200 to a client that knows of no pages', async () => {
    addPeople(300)

    const { json } = await hub.call('ada', '/users')

    expect(namesIn(json)).toHaveLength(200)
    expect(namesIn((await hub.call('ada', '/users?limit=1000&offset=250')).json)).toHaveLength(52)
  })

  test('tells whoever asks for pages where they are, by an address that leads on', async () => {
    addPeople(60)

    const first = await hub.call('ada', '/users?name_filter=P&sort=-name', { headers: paged })

    expect(first.json).toMatchObject({
      _pagination: {
        offset: 0,
        limit: 50,
        total: 60,
        next: {
          offset: 50,
          limit: 50,
          url: 'http://hub.example/hub/api/users?name_filter=P&sort=-name&offset=50&limit=50',
        },
      },
    })
    const last = await hub.call('ada', '/users?name_filter=P&sort=-name&offset=50&limit=50', {
      headers: { accept: `text/html, ${paged.accept}` },
    })
    expect(last.json).toMatchObject({
      items: { length: 10 },
      _pagination: { offset: 50, total: 60, next: null },
    })
  })

  test.each([
    ['limit=0', 1],
    ['limit=-3', 3],
    ['limit=%2B3', 3],
    ['offset=-1&limit=9', 9],
    ['offset=99999', 0],
    ['limit=999999999999', 12],
  ])('reads %s as JupyterHub does', async (query, length) => {
    addPeople(10)

    expect(namesIn((await hub.call('ada', `/users?${query}`)).json)).toHaveLength(length)
  })

  test.each(['limit=x', 'offset=1.5', 'limit=', 'limit=1&limit=2', 'state=on', 'sort=age'])(
    'refuses %s, and says which part is wrong',
    async (query) => {
      const { status, json } = await hub.call('ada', `/users?${query}`)

      expect(status).toBe(400)
      expect(json).toMatchObject({ message: expect.stringContaining(query.split('=')[0] ?? '') })
    },
  )

  test('does not count a weighted type as asking for pages', async () => {
    const headers = { accept: `${paged.accept};q=0.9` }

    expect((await hub.call('ada', '/users', { headers })).json).toBeInstanceOf(Array)
  })
})

describe('GET /users', () => {
  test('shows of the people those whom the scopes reach, and counts no others', async () => {
    addPeople(3)
    hub.people.join('p1', 'course')
    const scopes = ['list:users!group=course', 'list:users!user=p2', 'read:users:activity']

    const { json } = await hub.call('ada', '/users', { scopes, headers: paged })

    expect(json).toEqual({
      items: ['p1', 'p2'].map((name) => ({
        kind: 'user',
        name,
        admin: false,
        user_info: {},
        last_activity: null,
      })),
      _pagination: { offset: 0, limit: 50, total: 2, next: null },
    })
  })

  test('is refused to who may list nobody, also to who holds the scope over a server', async () => {
    expect((await hub.call('bob', '/users')).status).toBe(403)
    expect((await hub.call('ada', '/users', { scopes: ['list:users!server=bob/'] })).status).toBe(
      403,
    )
  })

  test('narrows by state, and shows servers at rest on request', async () => {
    await hub.servers.start({ user: 'bob', name: '' })
    await hub.servers.settled({ user: 'bob', name: '' }, 1000)

    expect(namesIn((await hub.call('ada', '/users?state=ready')).json)).toEqual(['bob'])
    expect(namesIn((await hub.call('ada', '/users?state=inactive')).json)).toEqual(['ada'])
    await hub.servers.stop({ user: 'bob', name: '' })
    expect((await hub.call('ada', '/users?name_filter=BOB')).json).toMatchObject([{ servers: {} }])
    expect(
      (await hub.call('ada', '/users?name_filter=bob&include_stopped_servers=1')).json,
    ).toMatchObject([{ servers: { '': { stopped: true } } }])
  })
})

describe('GET /users/N', () => {
  test.each([
    ['read:users:name', ['admin', 'user_info']],
    ['read:users:groups', ['groups']],
    ['read:users:activity', ['last_activity']],
    ['read:roles:users', ['admin', 'roles']],
  ])('shows with %s no more than that', async (scope, keys) => {
    const { json } = await hub.call('ada', '/users/bob', { scopes: [scope] })

    expect(Object.keys(json ?? {}).toSorted()).toEqual([...keys, 'kind', 'name'].toSorted())
  })

  test('shows of the servers those whose reading is held', async () => {
    for (const name of ['', 'gpu']) {
      await hub.servers.start({ user: 'bob', name })
      await hub.servers.settled({ user: 'bob', name }, 1000)
    }

    const { json } = await hub.call('ada', '/users/bob', {
      scopes: ['read:users:name', 'read:servers!server=bob/gpu'],
    })

    expect(json).toMatchObject({ servers: { gpu: { ready: true } } })
    expect(json).not.toMatchObject({ servers: { '': {} } })
  })

  test('is not there for whoever may see one of the servers alone', async () => {
    const scopes = ['read:servers!server=bob/gpu']
    expect((await hub.call('ada', '/users/bob', { scopes })).status).toBe(404)
  })

  test.each(['..', 'a%2Fb', '%00', '%20', 'x'.repeat(300)])(
    'finds nobody under %s, which is no name',
    async (name) => {
      expect((await hub.call('ada', `/users/${name}`)).status).toBe(404)
    },
  )
})
