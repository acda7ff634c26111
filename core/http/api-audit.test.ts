import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { ENDPOINTS } from '#core/contract/endpoints.ts'
import { AUDIT_ACTIONS, type AuditAction } from '#core/domain/audit/audit-entry.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const json = { 'content-type': 'application/json' }
const post = (body: unknown = {}) => ({ method: 'POST', body })

/** The entries of one action, without what is equal in all. */
async function entriesOf(action: AuditAction) {
  const { items } = await hub.audit.list({ action }, { offset: 0, limit: 100 })
  return items.map(({ actor, credential, target, outcome, detail }) => ({
    who: actor.name || actor.kind,
    credential: credential.replace(/\d+$/, 'N'),
    to: `${target.kind} ${target.name}`,
    outcome,
    detail,
  }))
}

test.each(
  ENDPOINTS.filter(({ method }) => method !== 'GET').map(
    (each) => [`${each.method} ${each.path}`, each] as const,
  ),
)(
  '%s says what it is called in the audit log, or that it belongs nowhere there (`audit` beside its description)',
  (_name, { audit }) => {
    expect(audit === null || AUDIT_ACTIONS.some((action) => action === audit)).toBe(true)
  },
)

describe('what is done through the API', () => {
  test('is written down, with who, by what, to whom', async () => {
    await hub.call('ada', '/users/carol', post({ admin: true }))
    await hub.call('ada', '/users', post({ usernames: ['dan', 'eve'] }))
    await hub.call('ada', '/users/dan', { method: 'PATCH', body: { name: 'Daniel' } })
    await hub.call('ada', '/groups/g', post({ users: ['bob'] }))
    await hub.call('ada', '/users/eve', { method: 'DELETE' })
    await hub.ask('/hub/api/users/bob/lock', { door: 'operator', method: 'POST' })

    const by = { who: 'ada', credential: 'token aN', outcome: 'done' }
    expect(await entriesOf('user.add')).toEqual([
      { ...by, to: 'user eve', detail: 'no admin' },
      { ...by, to: 'user dan', detail: 'no admin' },
      { ...by, to: 'user carol', detail: 'admin' },
    ])
    expect(await entriesOf('user.change')).toEqual([
      { ...by, to: 'user dan', detail: 'name daniel' },
    ])
    expect(await entriesOf('group.add')).toEqual([{ ...by, to: 'group g', detail: 'with bob' }])
    expect(await entriesOf('user.remove')).toEqual([{ ...by, to: 'user eve', detail: '' }])
    expect(await entriesOf('user.lock')).toMatchObject([
      { who: 'operator', credential: 'operator', to: 'user bob' },
    ])
    const ids = hub.auditLog.rows.map(({ target }) => target.userId)
    expect(ids.filter((id) => id === null)).toHaveLength(1)
  })

  test('of very many people is written down by all their names, in few entries', async () => {
    const usernames = Array.from({ length: 300 }, (_, i) => `person-${i}`)

    await hub.call('ada', '/users', post({ usernames }))

    const entries = await entriesOf('user.add')
    expect(entries.length).toBeLessThan(30)
    expect(entries.flatMap(({ detail }) => detail.split(', ')).toSorted()).toEqual(
      usernames.toSorted(),
    )
  })

  test('is not written down when nothing was done', async () => {
    await hub.call('ada', '/users/bob', post())
    await hub.call('ada', '/users/new', post({ admn: true }))
    await hub.call('ada', '/users/nobody', { method: 'DELETE' })

    expect(hub.auditLog.rows).toEqual([])
  })

  test('holds no secret', async () => {
    const made = await hub.call('bob', '/users/bob/tokens', post({ scopes: ['self'] }))
    await hub.call('ada', '/users/carol', post({ password: 'a long first password' }))
    await hub.call('ada', '/users/bob/password-link', post())
    await hub.call('bob', '/user/password', {
      method: 'PUT',
      body: { old_password: 'the word of bob', new_password: 'a new long password' },
    })
    await hub.browserOf('bob')

    const written = JSON.stringify([hub.auditLog.rows, [...hub.auditLog.kept]])
    expect(await entriesOf('token.create')).toMatchObject([
      { detail: expect.stringContaining('self') },
    ])
    for (const secret of ['first password', 'the word of', 'new long'])
      expect(written).not.toContain(secret)
    expect(written).not.toContain((made.json as { token: string }).token)
  })
})

describe('refusals', () => {
  test('of rights are written down, whatever the answer was, and equal ones are counted', async () => {
    for (let i = 0; i < 3; i++) await hub.call('bob', '/users/ada')
    await hub.call('bob', '/users', post({ usernames: ['x'] }))
    hub.access = hub.accessWith({ scopes: ['admin:users'], users: ['bob'] })
    await hub.call('bob', '/users/ada', { method: 'DELETE' })

    const refused = await entriesOf('right.refused')
    expect(refused).toContainEqual({
      who: 'bob',
      credential: 'token aN',
      to: 'user ada',
      outcome: 'refused',
      detail: 'GET /hub/api/users/:user',
    })
    expect(refused.map(({ detail }) => detail)).toContain('POST /hub/api/users')
    expect(refused.map(({ detail }) => detail)).toContain('DELETE /hub/api/users/:user')
    const { items } = await hub.audit.list({ who: 'bob' }, { offset: 0, limit: 9 })
    expect(items.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual([1, 1, 3])
  })

  test('of credentials and of forms from elsewhere are written down; who sends none leaves no trace', async () => {
    await hub.ask('/hub/api/users')
    expect(hub.auditLog.kept.size).toBe(0)
    await hub.ask('/hub/api/users', { headers: { authorization: `token ${'0'.repeat(32)}` } })
    const { cookie } = await hub.browserOf('bob')
    await hub.ask('/hub/api/users/bob/tokens', { method: 'POST', headers: { ...json, cookie } })

    expect(await entriesOf('credential.refused')).toMatchObject([{ who: 'nobody' }])
    expect(await entriesOf('xsrf.refused')).toMatchObject([
      { who: 'bob', credential: 'session', to: 'user bob' },
    ])
  })

  test('to sign in name whom it was tried for, but nothing that is nobody’s name', async () => {
    const tried = async (username: string) =>
      hub.ask('/hub/api/users/bob/tokens', {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ auth: { username, password: 'wrong' } }),
      })
    await tried('bob')
    await tried('hunter2 the password')

    expect(await entriesOf('sign-in.refused')).toMatchObject([{ to: 'user bob' }, { to: 'hub ' }])
    expect(JSON.stringify([...hub.auditLog.kept])).not.toContain('hunter2')
  })
})

test('signing in and out in a browser, and starting a server there, are written down', async () => {
  const { cookie, xsrf } = await hub.browserOf('bob')
  await hub.ask('/hub/spawn/bob', {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _xsrf: xsrf }).toString(),
  })
  await hub.ask('/hub/logout', { headers: { cookie } })

  expect(await entriesOf('sign-in')).toMatchObject([{ who: 'bob', credential: 'password' }])
  expect(await entriesOf('server.start')).toMatchObject([
    { who: 'bob', credential: 'session', to: 'server bob' },
  ])
  expect(await entriesOf('sign-out')).toMatchObject([{ who: 'bob' }])
})

describe('GET /audit', () => {
  beforeEach(async () => {
    await hub.call('ada', '/users/carol', post())
    await hub.call('ada', '/users/bob/password-link', post())
    await hub.call('bob', '/users/bob/tokens', post())
  })

  test('shows all of it to who may administer all people, a page at a time, newest first', async () => {
    const headers = { accept: 'application/jupyterhub-pagination+json' }
    const { json: page } = await hub.call('ada', '/audit?limit=2', { headers })

    expect(page).toMatchObject({
      items: [
        { action: 'token.create', actor: { kind: 'user', name: 'bob' }, id: 3 },
        { action: 'password-link.make', target: { kind: 'user', name: 'bob' }, id: 2 },
      ],
      _pagination: { total: 3, next: { offset: 2 } },
    })
    const asked = async (query: string) => (await hub.call('ada', `/audit?${query}`)).json
    expect(await asked('who=bob')).toMatchObject([{ action: 'token.create' }])
    expect(await asked('target=carol')).toMatchObject([{ action: 'user.add' }])
    expect(await asked('action=user.add')).toMatchObject([{ action: 'user.add' }])
    expect(await asked('since=2100-01-01T00:00:00Z')).toEqual([])
    expect(await asked('until=2000-01-01T00:00:00Z')).toEqual([])
  })

  test('shows a person his own part, without others’ addresses and tokens', async () => {
    const { json: own } = await hub.call('bob', '/audit')

    expect(own).toMatchObject([
      { action: 'token.create', credential: expect.stringMatching(/^token a/) },
      { action: 'password-link.make', actor: { name: 'ada' }, credential: '', address: '' },
    ])
    expect(own).toHaveLength(2)
  })

  test('with a filtered right shows no more than one’s own part, and without any nothing', async () => {
    const filtered = await hub.call('bob', '/audit', { scopes: ['read:users:activity!user'] })
    expect(filtered.json).toHaveLength(2)
    const scopes = ['admin:users!user=bob', 'read:users:activity!user=bob']
    expect((await hub.call('ada', '/audit', { scopes })).status).toBe(403)
    expect((await hub.call('bob', '/audit', { scopes: ['tokens!user'] })).status).toBe(403)
    expect((await hub.ask('/hub/api/audit')).status).toBe(403)
  })

  test.each(['action=no.such', 'since=yesterday', 'limit=x'])('refuses %s', async (query) => {
    expect((await hub.call('ada', `/audit?${query}`)).status).toBe(400)
  })

  test('is exported whole, a line an entry, oldest first, and that is written down', async () => {
    const { status, text, headers } = await hub.ask('/hub/api/audit/export', {
      headers: { authorization: await hub.tokenOf('ada') },
    })

    expect(status).toBe(200)
    expect(headers['content-type']).toContain('application/x-ndjson')
    const entries = text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(entries).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }])
    expect(await entriesOf('audit.export')).toMatchObject([{ who: 'ada' }])
    expect((await hub.call('bob', '/audit/export')).status).toBe(403)
  })

  test('is found in order by the operator, and a changed entry is found', async () => {
    const verify = async () =>
      JSON.parse((await hub.ask('/hub/api/audit/verify', { door: 'operator' })).text) as unknown
    expect(await verify()).toMatchObject({ rows: 3, broken: null })

    const [first, second, ...rest] = hub.auditLog.rows
    if (first && second) hub.auditLog.rows = [first, { ...second, detail: 'changed' }, ...rest]

    expect(await verify()).toMatchObject({ rows: 1, broken: { id: 2 } })
    expect((await hub.call('ada', '/audit/verify')).status).toBe(403)
  })
})
