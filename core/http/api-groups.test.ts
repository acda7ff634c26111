import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Access } from '#core/domain/access/access.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const statusOf = async (
  name: string,
  path: string,
  asked: Parameters<OpenHub['call']>[2] = {},
): Promise<number> => (await hub.call(name, path, asked)).status
const post = (body: unknown) => ({ method: 'POST', body })

describe('groups', () => {
  test('are made, shown, filled, emptied, given properties and removed, in JupyterHub’s form', async () => {
    const made = await hub.call('ada', '/groups/Course-1', post({ users: ['Bob'] }))
    expect(made).toMatchObject({ status: 201 })
    const course = { kind: 'group', name: 'Course-1', users: ['bob'], properties: {}, roles: [] }
    expect(made.json).toEqual(course)

    expect((await hub.call('ada', '/groups/Course-1')).json).toEqual(course)
    const added = await hub.call('ada', '/groups/Course-1/users', post({ users: ['ada', 'bob'] }))
    expect(added).toEqual({ status: 200, json: { ...course, users: ['ada', 'bob'] } })
    const taken = await hub.call('ada', '/groups/Course-1/users', {
      method: 'DELETE',
      body: { users: ['bob'] },
    })
    expect(taken).toEqual({ status: 200, json: { ...course, users: ['ada'] } })
    const put = { method: 'PUT', body: { level: { a: [1] } } }
    expect((await hub.call('ada', '/groups/Course-1/properties', put)).json).toMatchObject({
      properties: { level: { a: [1] } },
    })
    // Courses of nbgrader go by the name of their group, capitals included.
    expect(await statusOf('ada', '/groups/course-1')).toBe(404)
    expect(await statusOf('ada', '/groups/Course-1', { method: 'DELETE' })).toBe(204)
    expect(await statusOf('ada', '/groups/Course-1')).toBe(404)
  })

  test('several are made at once, or none of them', async () => {
    const some = await hub.call('ada', '/groups', post({ groups: ['a', 'b'], users: ['bob'] }))
    expect(some.status).toBe(201)
    expect(some.json).toMatchObject([{ name: 'a', users: ['bob'] }, { name: 'b' }])

    const again = await hub.call('ada', '/groups', post({ groups: ['c', 'b'] }))
    expect(again).toMatchObject({ status: 409, json: { message: expect.stringContaining('b') } })
    expect(await statusOf('ada', '/groups', post({ groups: ['c'], users: ['nobody'] }))).toBe(400)
    expect((await hub.call('ada', '/groups')).json).toMatchObject([{ name: 'a' }, { name: 'b' }])
  })

  test.each([
    ['POST', '/groups', {}, 'groups'],
    ['POST', '/groups', { groups: [] }, 'groups'],
    ['POST', '/groups', { groups: 'ab' }, 'groups'],
    ['POST', '/groups', { groups: ['x', 7] }, 'groups[1]'],
    ['POST', '/groups', { groups: ['../x'] }, 'groups[0]'],
    ['POST', '/groups', { groups: ['\ud800'] }, 'groups[0]'],
    ['POST', '/groups', { groups: ['x'], properties: {} }, 'properties'],
    ['POST', '/groups/x', { user: [] }, 'user'],
    ['POST', '/groups/x', { users: [null] }, 'users[0]'],
    ['POST', '/groups/x', { roles: ['admin'] }, 'roles'],
    ['POST', '/groups/x', [], 'object'],
    ['POST', '/groups/.x', {}, 'name'],
    ['POST', '/groups/g/users', {}, 'users'],
    ['POST', '/groups/g/users', { users: ['nobody'] }, 'nobody'],
    ['DELETE', '/groups/g/users', { users: 'ada' }, 'users'],
    ['PUT', '/groups/g/properties', [1], 'record'],
    ['PUT', '/groups/g/properties', 'null', 'record'],
  ])('%s %s of %j is refused, and says where', async (method, path, body, where) => {
    await hub.groups.create(['g'], [])

    const { status, json } = await hub.call('ada', path, { method, body })

    expect(status).toBe(400)
    expect(json).toMatchObject({ message: expect.stringContaining(where) })
    expect((await hub.groups.list({ reach: 'everything', offset: 0, limit: 9 })).total).toBe(1)
  })

  test.each(['%00', '..%2f', '%20', 'none'])('nothing is found under %s', async (name) => {
    for (const [method, path] of [
      ['GET', `/groups/${name}`],
      ['DELETE', `/groups/${name}`],
      ['POST', `/groups/${name}/users`],
      ['PUT', `/groups/${name}/properties`],
    ] as const)
      expect(
        await statusOf('ada', path, { method, body: method === 'POST' ? { users: [] } : {} }),
      ).toBe(404)
  })

  test('are listed a page at a time, and as far as the scopes reach', async () => {
    await hub.groups.create(['a', 'b', 'c'], ['bob'])
    const headers = { accept: 'application/jupyterhub-pagination+json' }

    expect((await hub.call('ada', '/groups?limit=2', { headers })).json).toMatchObject({
      items: [{ name: 'a' }, { name: 'b' }],
      _pagination: { total: 3, next: { offset: 2, limit: 2 } },
    })
    const scopes = ['list:groups!group=b', 'read:groups!group=c']
    expect((await hub.call('ada', '/groups', { scopes })).json).toEqual([
      { kind: 'group', name: 'b' },
    ])
    expect(await statusOf('ada', '/groups', { scopes: ['list:groups!user=bob'] })).toBe(403)
    expect(await statusOf('bob', '/groups')).toBe(403)
  })

  test.each([
    ['read:groups:name', []],
    ['read:groups', ['properties', 'users']],
    ['read:roles:groups', ['roles']],
  ])('are shown with %s as far as that goes', async (scope, keys) => {
    await hub.groups.create(['g'], ['bob'])
    hub.access = new Access({
      roles: [
        {
          name: 'teacher',
          description: '',
          scopes: [],
          users: [],
          groups: ['g'],
          services: [],
        },
      ],
      customScopes: [],
    })

    const { json } = await hub.call('ada', '/groups/g', { scopes: [`${scope}!group=g`] })

    expect(Object.keys(json ?? {}).toSorted()).toEqual([...keys, 'kind', 'name'].toSorted())
    expect(json).toMatchObject({
      kind: 'group',
      ...(keys.includes('roles') && { roles: ['teacher'] }),
    })
  })

  test.each([
    ['GET', '/groups/b', 'read:groups'],
    ['POST', '/groups/b', 'admin:groups'],
    ['DELETE', '/groups/b', 'delete:groups'],
    ['POST', '/groups/b/users', 'groups'],
    ['DELETE', '/groups/b/users', 'groups'],
    ['PUT', '/groups/b/properties', 'groups'],
    ['POST', '/groups', 'admin:groups'],
  ])('%s %s is closed to who holds %s over another group', async (method, path, scope) => {
    await hub.groups.create(['a', 'b'], [])
    const before = await hub.groups.list({ reach: 'everything', offset: 0, limit: 9 })
    const body =
      method === 'GET' ? undefined : path === '/groups' ? { groups: ['c'] } : { users: ['bob'] }

    for (const filter of ['group=a', 'user=ada', 'server=ada/'])
      expect(await statusOf('ada', path, { method, scopes: [`${scope}!${filter}`], body })).toBe(
        path === '/groups' ? 403 : 404,
      )

    expect(await hub.groups.list({ reach: 'everything', offset: 0, limit: 9 })).toEqual(before)
  })

  test('what comes from the configuration is changed there alone', async () => {
    hub.configuredGroups = [
      { name: 'course', users: ['bob', 'late'], properties: { level: 1 } },
      { name: 'plain', users: [], properties: null },
    ]
    await hub.groups.configure()
    const put = { method: 'PUT', body: { level: 2 } }
    const take = { method: 'DELETE', body: { users: ['bob'] } }

    expect(await statusOf('ada', '/groups/course', { method: 'DELETE' })).toBe(400)
    expect(await statusOf('ada', '/groups/course/properties', put)).toBe(400)
    expect(await statusOf('ada', '/groups/course/users', take)).toBe(400)
    expect(await statusOf('ada', '/groups/plain/properties', put)).toBe(200)
    expect(await statusOf('ada', '/groups/course/users', post({ users: ['ada'] }))).toBe(200)
    const late = await hub.call('ada', '/users/late', post({}))
    expect(late.json).toMatchObject({ groups: ['course'] })
  })
})
