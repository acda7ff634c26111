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

const post = (body: unknown, scopes?: readonly string[]) => ({
  method: 'POST',
  body,
  ...(scopes && { scopes }),
})
const patch = (body: unknown, scopes?: readonly string[]) => ({
  ...post(body, scopes),
  method: 'PATCH',
})
const DELETE = { method: 'DELETE' }

/** Bob holds `admin:users`, and is no admin. */
function letBobManage(...more: readonly string[]): void {
  hub.access = hub.accessWith({ scopes: ['admin:users', ...more], users: ['bob'] })
}

describe('POST /users', () => {
  test('makes those whom there are not yet, folded, each once', async () => {
    const made = await hub.call(
      'ada',
      '/users',
      post({ usernames: ['Carol', 'bob', 'carol', 'dan'] }),
    )

    expect(made.status).toBe(201)
    expect(made.json).toMatchObject([{ name: 'carol', admin: false }, { name: 'dan' }])
    const again = await hub.call('ada', '/users', post({ usernames: ['dan', 'bob'] }))
    expect(again).toMatchObject({
      status: 409,
      json: { message: 'All 2 users already exist' },
    })
  })

  test.each([
    [{ usernames: 'xy' }, 'usernames'],
    [{ usernames: [] }, 'usernames'],
    [{}, 'usernames'],
    [{ usernames: ['dan', 5] }, 'usernames[1]'],
    [{ usernames: ['dan', '\udc00'] }, 'usernames[1]'],
    [{ usernames: ['dan', 'a/b'] }, 'usernames[1]'],
    [{ usernames: ['x'.repeat(3000)] }, 'usernames[0]'],
    [{ usernames: ['dan'], admin: 'yes' }, 'admin'],
    [{ usernames: ['dan'], password: 'x' }, 'password'],
    [['dan'], 'object'],
  ])('refuses %j, says where, and makes nobody', async (body, where) => {
    const { status, json } = await hub.call('ada', '/users', post(body))

    expect(status).toBe(400)
    expect(json).toMatchObject({ message: expect.stringContaining(where) })
    expect(hub.people.users.size).toBe(2)
  })

  test('needs the scope over everybody', async () => {
    for (const scope of ['admin:users!user=carol', 'admin:users!group=g'])
      expect(
        (await hub.call('ada', '/users', post({ usernames: ['carol'] }, [scope]))).status,
      ).toBe(403)
    expect(hub.people.users.size).toBe(2)
  })
})

describe('the flag that makes an admin', () => {
  test.each([
    ['POST', '/users', { usernames: ['carol'], admin: true }],
    ['POST', '/users/carol', { admin: true }],
    ['PATCH', '/users/bob', { admin: true }],
    ['PATCH', '/users/ada', { admin: false }],
    ['PATCH', '/users/ada', { name: 'eve' }],
    ['PATCH', '/users/ada', {}],
    ['DELETE', '/users/ada', undefined],
    ['POST', '/users/ada/lock', {}],
    ['POST', '/users/ada/unlock', {}],
    ['POST', '/users/ada/sign-up-link', {}],
    ['POST', '/users/ada/password-link', {}],
  ])('%s %s of %j needs an admin, whatever scopes say', async (method, path, body) => {
    letBobManage()
    const before = structuredClone([...hub.people.users])

    expect((await hub.call('bob', path, { method, body })).status).toBe(403)
    expect([...hub.people.users]).toEqual(before)
  })

  test('is changed by an admin', async () => {
    expect((await hub.call('ada', '/users/bob', patch({ admin: true }))).json).toMatchObject({
      name: 'bob',
      admin: true,
      auth_state: null,
    })
    expect((await hub.call('bob', '/users/ada', patch({ admin: false }))).status).toBe(200)
    expect(hub.people.named('ada')?.admin).toBe(false)
  })
})

describe('PATCH /users/N', () => {
  test('renames; the own name is no change, and files, tokens and groups stay his', async () => {
    hub.people.join('bob', 'course')
    const token = await hub.tokenOf('bob')
    expect((await hub.call('ada', '/users/bob', patch({ name: 'BOB' }))).json).toMatchObject({
      name: 'bob',
    })

    const { status, json } = await hub.call('ada', '/users/bob', patch({ name: 'Robert' }))

    expect(status).toBe(200)
    expect(json).toMatchObject({ name: 'robert', groups: ['course'] })
    expect(hub.people.named('robert')?.home).toBe('bob')
    const who = await hub.ask('/hub/api/user', { headers: { authorization: token } })
    expect(JSON.parse(who.text)).toMatchObject({ name: 'robert' })
    expect((await hub.call('ada', '/users/bob')).status).toBe(404)
  })

  test.each([
    [{ name: 'ada' }, 'ada'],
    [{ name: '' }, 'name'],
    [{ name: 7 }, 'name'],
    [{ nam: 'x' }, 'nam'],
    [{ admin: null }, 'admin'],
    [{ groups: ['none'] }, 'none'],
    [{ groups: 'x' }, 'groups'],
    [{ roles: ['admin'] }, 'roles'],
    [{ auth_state: {} }, 'auth_state'],
    ['"x"', 'object'],
  ])('refuses %j, says where, and changes nothing', async (body, where) => {
    const before = structuredClone([...hub.people.users])

    const { status, json } = await hub.call('ada', '/users/bob', patch(body))

    expect(status).toBe(400)
    expect(json).toMatchObject({ message: expect.stringContaining(where) })
    expect([...hub.people.users]).toEqual(before)
  })

  test('renames nobody while a server of his runs', async () => {
    await hub.servers.start({ user: 'bob', name: '' })
    await hub.servers.settled({ user: 'bob', name: '' }, 1000)

    expect((await hub.call('ada', '/users/bob', patch({ name: 'robert' }))).status).toBe(400)
    await hub.servers.stop({ user: 'bob', name: '' })
    expect((await hub.call('ada', '/users/bob', patch({ name: 'robert' }))).status).toBe(200)
  })

  test('sets the groups, as far as each that changes is in the hands of who asks', async () => {
    for (const group of ['mine', 'theirs']) await hub.groups.create([group], [])
    hub.people.add({ name: 'carol', admin: false, createdAt: hub.clock.now() })
    hub.people.join('carol', 'theirs')
    letBobManage('groups!group=mine')

    expect((await hub.call('bob', '/users/carol', patch({ groups: ['mine'] }))).status).toBe(403)
    const both = await hub.call('bob', '/users/carol', patch({ groups: ['theirs', 'mine'] }))
    expect(both).toMatchObject({ status: 200, json: { groups: ['mine', 'theirs'] } })
    expect((await hub.call('bob', '/users/carol', patch({ groups: [] }))).status).toBe(403)
    const dan = await hub.call('bob', '/users/dan', post({ groups: ['mine'] }))
    expect(dan).toMatchObject({ status: 201, json: { groups: ['mine'] } })
    expect((await hub.call('bob', '/users/eve', post({ groups: ['theirs'] }))).status).toBe(403)
    expect(hub.people.named('eve')).toBeUndefined()
  })

  test('with a filter reaches those people alone', async () => {
    hub.people.join('bob', 'course')
    hub.people.add({ name: 'carol', admin: false, createdAt: hub.clock.now() })
    const scopes = ['admin:users!group=course']

    expect((await hub.call('ada', '/users/bob', patch({}, scopes))).status).toBe(200)
    expect((await hub.call('ada', '/users/carol', patch({}, scopes))).status).toBe(404)
    expect((await hub.call('ada', '/users/carol', { ...DELETE, scopes })).status).toBe(404)
    expect((await hub.call('ada', '/users/carol/lock', post({}, scopes))).status).toBe(404)
    expect((await hub.call('ada', '/users/new', post({}, scopes))).status).toBe(404)
  })
})

describe('whoever is removed', () => {
  test('is gone with all that he holds; with files left, the name is refused until it is said whose they are', async () => {
    hub.homes.homes.add('bob')
    const token = await hub.tokenOf('bob')
    await hub.servers.start({ user: 'bob', name: '' })

    expect((await hub.call('ada', '/users/bob', DELETE)).status).toBe(204)

    expect((await hub.ask('/hub/api/user', { headers: { authorization: token } })).status).toBe(403)
    expect(await hub.servers.countRunning()).toBe(0)
    for (const [path, body] of [
      ['/users/bob', {}],
      ['/users', { usernames: ['carol', 'Bob'] }],
    ] as const) {
      const { status, json } = await hub.call('ada', path, post(body))
      expect(status).toBe(409)
      expect(json).toMatchObject({ message: expect.stringContaining('--adopt') })
    }
    const adopted = await hub.call('ada', '/users/bob', post({ files: 'adopt' }))
    expect(adopted.status).toBe(201)
    expect(hub.homes.homes.has('bob')).toBe(true)
    await hub.call('ada', '/users/bob', DELETE)
    expect((await hub.call('ada', '/users/bob', post({ files: 'fresh' }))).status).toBe(201)
    expect(hub.homes.aside).toEqual(['bob'])
  })

  test('and never had files leaves a free name', async () => {
    await hub.call('ada', '/users/bob', DELETE)

    expect((await hub.call('ada', '/users/bob', post({}))).status).toBe(201)
  })
})

describe('who holds admin:users, and is no admin', () => {
  const ops = { name: 'ops', description: '', scopes: ['shutdown', 'servers!user'], services: [] }
  beforeEach(() => {
    hub.people.add({ name: 'carol', admin: false, createdAt: hub.clock.now() })
  })
  const withOps = (who: { users: readonly string[]; groups: readonly string[] }) =>
    new Access({
      roles: [
        { ...ops, ...who },
        { ...ops, name: 'help', scopes: ['admin:users'], users: ['bob'], groups: [] },
      ],
      customScopes: [],
    })

  test.each(['sign-up-link', 'password-link'])(
    'makes no %s for somebody who may do more than he',
    async (link) => {
      for (const who of [
        { users: ['carol'], groups: [] },
        { users: [], groups: ['ops'] },
      ]) {
        hub.access = withOps(who)
        hub.people.join('carol', 'ops')

        expect((await hub.call('bob', `/users/carol/${link}`, post({}))).status).toBe(403)
        expect((await hub.call('ada', `/users/carol/${link}`, post({}))).status).toBe(201)
      }
      hub.access = withOps({ users: [], groups: [] })
      expect((await hub.call('bob', `/users/carol/${link}`, post({}))).status).toBe(201)
    },
  )

  test('makes nobody with a password of his choice under a name to which the configuration gives more', async () => {
    hub.access = withOps({ users: ['dan'], groups: [] })
    const body = { password: 'a long enough word' }

    expect((await hub.call('bob', '/users/dan', post(body))).status).toBe(403)
    expect(hub.people.named('dan')).toBeUndefined()
    expect((await hub.call('bob', '/users/eve', post(body))).status).toBe(201)
  })

  test('gives nobody a name to which the configuration gives more', async () => {
    hub.access = withOps({ users: ['dan'], groups: [] })
    const scopes = ['admin:users!user=carol']

    expect((await hub.call('bob', '/users/carol', patch({ name: 'Dan' }, scopes))).status).toBe(403)
    expect((await hub.call('bob', '/users/carol', patch({ name: 'eve' }, scopes))).status).toBe(200)
    expect((await hub.call('ada', '/users/eve', patch({ name: 'dan' }))).status).toBe(200)
  })

  test('gives nobody a name that the configuration puts into a group which is not in his hands', async () => {
    hub.configuredGroups = [{ name: 'staff', users: ['dan'], properties: null }]
    await hub.groups.configure()
    letBobManage()

    expect((await hub.call('bob', '/users/carol', patch({ name: 'dan' }))).status).toBe(403)
    letBobManage('groups!group=staff')
    expect((await hub.call('bob', '/users/carol', patch({ name: 'dan' }))).status).toBe(200)
  })

  test('changes nothing about those to whom the configuration gives the role of admins, and they are admins', async () => {
    const admin = { name: 'admin', description: '', scopes: [], services: [] }
    for (const who of [
      { users: ['carol'], groups: [] },
      { users: [], groups: ['staff'] },
    ]) {
      hub.access = new Access({
        roles: [
          { ...admin, ...who },
          { ...ops, name: 'help', scopes: ['admin:users'], users: ['bob'], groups: [] },
        ],
        customScopes: [],
      })
      hub.people.join('carol', 'staff')

      expect((await hub.call('bob', '/users/carol/lock', post({}))).status).toBe(403)
      expect((await hub.call('bob', '/users/carol', patch({ name: 'x' }))).status).toBe(403)
      expect((await hub.call('bob', '/users/carol', DELETE)).status).toBe(403)
      expect((await hub.call('carol', '/users/ada', patch({ admin: false }))).status).toBe(200)
      expect((await hub.call('carol', '/users/ada', patch({ admin: true }))).status).toBe(200)
    }
  })
})
