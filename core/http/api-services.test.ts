import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { Access } from '#core/domain/access/access.ts'
import { serviceOf } from '#core/domain/testing/fake-services.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
  hub.configured = [serviceOf('cull', { url: null, redirectUri: null }), serviceOf('whoami')]
  hub.resolver.names.set('grader.example', ['93.184.216.34'])
})
afterEach(async () => hub[Symbol.asyncDispose]())

const role = (scopes: readonly string[], who: { users?: string[]; services?: string[] }) => ({
  name: 'some-role',
  description: '',
  scopes,
  users: [],
  groups: [],
  services: [],
  ...who,
})

async function call(
  authorization: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await hub.ask(`/hub/api${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: answer.text === '' ? {} : JSON.parse(answer.text) }
}

const grader = { url: 'https://grader.example/', api_token: 'a-secret-of-graders' }

describe('a service as a caller', () => {
  test('holds what its roles give, and is told who it is', async () => {
    hub.access = new Access({
      roles: [role(['list:users', 'read:services!service'], { services: ['cull'] })],
      customScopes: [],
    })
    const token = await hub.serviceToken('cull')

    const { status, json } = await call(token, 'GET', '/user')

    expect(status).toBe(200)
    expect(json).toMatchObject({ kind: 'service', name: 'cull', admin: false, session_id: null })
    expect(json['scopes']).toEqual([
      'list:users',
      'read:services!service=cull',
      'read:services:name!service=cull',
      'read:users:name',
    ])
    expect((await call(token, 'GET', '/users')).status).toBe(200)
    expect((await call(token, 'GET', '/services')).status).toBe(403)
    expect((await call(token, 'DELETE', '/users/bob')).status).toBe(403)
  })

  test('that the operator made an admin may do what admins may', async () => {
    hub.configured = [serviceOf('cull', { admin: true })]
    const token = await hub.serviceToken('cull')

    expect((await call(token, 'POST', '/users/carol', { admin: true })).status).toBe(201)
  })

  test('that is gone is nobody, though its token is still there', async () => {
    const token = await hub.serviceToken('cull')
    hub.configured = []

    expect((await call(token, 'GET', '/user')).status).toBe(403)
  })
})

describe('the list of services', () => {
  test('is keyed by name, and shows to each caller what his scopes reach', async () => {
    hub.access = new Access({
      roles: [role(['list:services!service=whoami'], { users: ['bob'] })],
      customScopes: [],
    })

    const all = await call(await hub.tokenOf('ada'), 'GET', '/services')
    expect(Object.keys(all.json)).toEqual(['cull', 'whoami'])
    expect(all.json['whoami']).toMatchObject({
      kind: 'service',
      name: 'whoami',
      prefix: '/services/whoami/',
      command: [],
      pid: 0,
      display: true,
    })
    const one = await call(await hub.tokenOf('bob'), 'GET', '/services')
    expect(one.json).toEqual({ whoami: { kind: 'service', name: 'whoami', admin: false } })
    expect((await call(await hub.tokenOf('bob'), 'GET', '/services/whoami')).status).toBe(200)
    expect((await call(await hub.tokenOf('bob'), 'GET', '/services/cull')).status).toBe(404)
  })

  test('is refused to whoever lacks the scope', async () => {
    const bob = await hub.tokenOf('bob')
    expect((await call(bob, 'GET', '/services')).status).toBe(403)
    expect((await call(bob, 'GET', '/services/whoami')).status).toBe(403)
    expect((await call(bob, 'POST', '/services/x', {})).status).toBe(403)
    expect((await call(bob, 'DELETE', '/services/whoami')).status).toBe(403)
    expect((await call(bob, 'POST', '/services/whoami/tokens')).status).toBe(403)
  })
})

describe('services made while the hub runs', () => {
  test('can be made, used, given a further token, and removed with all of their tokens', async () => {
    const ada = await hub.tokenOf('ada')

    const made = await call(ada, 'POST', '/services/grader', { ...grader, info: { x: 1 } })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ name: 'grader', prefix: '/services/grader/', info: { x: 1 } })
    expect((await call('token a-secret-of-graders', 'GET', '/user')).json).toMatchObject({
      name: 'grader',
    })
    const further = await call(ada, 'POST', '/services/grader/tokens')
    expect(further.status).toBe(201)
    const second = `token ${String(further.json['token'])}`
    expect((await call(second, 'GET', '/user')).status).toBe(200)
    expect((await call(ada, 'POST', '/services/grader', grader)).status).toBe(409)

    expect((await call(ada, 'DELETE', '/services/grader')).status).toBe(200)
    expect((await call('token a-secret-of-graders', 'GET', '/user')).status).toBe(403)
    expect((await call(second, 'GET', '/user')).status).toBe(403)
    expect((await call(ada, 'DELETE', '/services/grader')).status).toBe(404)
  })

  test('those of the configuration are changed there alone', async () => {
    const ada = await hub.tokenOf('ada')
    expect((await call(ada, 'DELETE', '/services/whoami')).status).toBe(405)
    expect((await call(ada, 'POST', '/services/whoami', grader)).status).toBe(409)
  })

  test.each([
    ['a command', { command: ['rm', '-rf', '/'] }],
    ['an unknown field', { comand: [] }],
    ['a socket', { url: 'http+unix://%2Frun%2Fbulkhead%2Fproxy%2Fapi.sock' }],
    ['this machine', { url: 'http://127.0.0.1:8081/hub/api' }],
    ['an address of clouds', { url: 'http://169.254.169.254/' }],
    ['a name that leads nowhere', { url: 'http://nowhere.example/' }],
    ['a client of another kind', { oauth_client_id: 'jupyterhub-user-bob' }],
    ['a script as the way back', { oauth_redirect_uri: 'javascript:alert(1)' }],
    ['another host as a path', { oauth_redirect_uri: '//evil.example/' }],
    ['a scope that is none', { oauth_client_allowed_scopes: ['everything'] }],
    ['a token that is none', { api_token: 'short' }],
    ['a token with spaces', { api_token: 'a b c d e f g h' }],
  ])('with %s none is made', async (_what, changes) => {
    const ada = await hub.tokenOf('ada')

    const { status } = await call(ada, 'POST', '/services/x', changes)

    expect(status).toBe(400)
    expect((await call(ada, 'GET', '/services/x')).status).toBe(404)
  })

  test('none takes the client id, or the token, of another', async () => {
    const ada = await hub.tokenOf('ada')
    await call(ada, 'POST', '/services/grader', grader)

    expect(
      (await call(ada, 'POST', '/services/x', { oauth_client_id: 'service-whoami' })).status,
    ).toBe(409)
    expect((await call(ada, 'POST', '/services/x', { api_token: grader.api_token })).status).toBe(
      409,
    )
    expect((await call(ada, 'GET', '/services/x')).status).toBe(404)
    expect((await call(`token ${grader.api_token}`, 'GET', '/user')).json['name']).toBe('grader')
  })

  test('a private address is for the operator to list', async () => {
    const ada = await hub.tokenOf('ada')
    hub.allowed = ['10.1.0.0/16']
    expect((await call(ada, 'POST', '/services/x', { url: 'http://10.2.3.4/' })).status).toBe(400)
    expect((await call(ada, 'POST', '/services/x', { url: 'http://10.1.3.4/' })).status).toBe(201)
  })

  test('nobody makes one that may do more than he may himself', async () => {
    hub.access = new Access({
      roles: [
        role(['admin:services', 'list:users'], { users: ['bob'] }),
        { ...role(['shutdown'], { services: ['strong'] }), name: 'strong-role' },
        { ...role(['list:users'], { services: ['weak'] }), name: 'weak-role' },
      ],
      customScopes: [],
    })
    const bob = await hub.tokenOf('bob')
    const status = async (name: string, body: object) =>
      (await call(bob, 'POST', `/services/${name}`, body)).status

    expect(await status('a', { admin: true })).toBe(403)
    expect(await status('strong', {})).toBe(403)
    expect(await status('b', { oauth_no_confirm: true })).toBe(403)
    expect(await status('c', { oauth_client_allowed_scopes: ['inherit'] })).toBe(403)
    expect(await status('d', { oauth_client_allowed_scopes: ['admin:users'] })).toBe(403)
    expect(await status('weak', { oauth_client_allowed_scopes: ['list:users'] })).toBe(201)
    hub.configured = [serviceOf('strong')]
    expect((await call(bob, 'POST', '/services/strong/tokens')).status).toBe(403)
  })
})
