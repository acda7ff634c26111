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

const json = { 'content-type': 'application/json' }
const post = (body: unknown = {}) => ({ method: 'POST', body })

async function whoIs(headers: Readonly<Record<string, string>>): Promise<number> {
  return (await hub.ask('/hub/api/user', { headers })).status
}

describe('a person who is locked', () => {
  test('holds nothing that counts, is told no more than a stranger, and is let in again', async () => {
    const { cookie } = await hub.browserOf('bob')
    const authorization = await hub.tokenOf('bob')
    const byPassword = post({ auth: { username: 'bob', password: 'the word of bob' } })
    const tokenByPassword = () =>
      hub.ask('/hub/api/users/bob/tokens', { ...byPassword, body: JSON.stringify(byPassword.body) })
    expect((await tokenByPassword()).status).toBe(201)

    expect((await hub.call('ada', '/users/bob/lock', post())).status).toBe(204)

    expect(await whoIs({ authorization })).toBe(403)
    expect(await whoIs({ cookie })).toBe(403)
    const refused = await tokenByPassword()
    const stranger = await hub.ask('/hub/api/users/nobody/tokens', {
      method: 'POST',
      body: JSON.stringify({ auth: { username: 'nobody', password: 'the word of nobody!' } }),
    })
    expect([refused.status, refused.text]).toEqual([stranger.status, stranger.text])
    expect((await hub.call('ada', '/users/bob')).json).toMatchObject({ locked: true })

    expect((await hub.call('ada', '/users/bob/unlock', post())).status).toBe(204)
    expect(await whoIs({ authorization })).toBe(200)
    expect(await whoIs({ cookie }), 'browsers sign in anew').toBe(403)
  })

  test('keeps his servers running unless it is asked otherwise', async () => {
    const id = { user: 'bob', name: '' }
    await hub.servers.start(id)
    await hub.servers.settled(id, 1000)

    await hub.call('ada', '/users/bob/lock', post())
    expect(await hub.servers.countRunning()).toBe(1)
    await hub.call('ada', '/users/bob/lock', post({ stop_servers: true }))
    expect(await hub.servers.countRunning()).toBe(0)
  })

  test('is not who asks', async () => {
    expect((await hub.call('ada', '/users/ada/lock', post())).status).toBe(400)
  })

  test('cannot use a link from before', async () => {
    const { json: link } = await hub.call('ada', '/users/bob/password-link', post())
    const code = new URL((link as { url: string }).url).hash.slice(1)
    await hub.call('ada', '/users/bob/lock', post())

    expect((await useLink(code)).status).toBe(403)
    expect(hub.people.hashes.size).toBe(0)
  })
})

async function useLink(code: string) {
  const form = await hub.ask('/hub/login')
  const xsrf = /_xsrf=([^;]+)/.exec(String(form.headers['set-cookie']))?.[1] ?? ''
  return hub.ask('/hub/api/sign-up', {
    method: 'POST',
    headers: { ...json, 'x-xsrftoken': xsrf, cookie: `_xsrf=${xsrf}` },
    body: JSON.stringify({ code, password: 'a new long password' }),
  })
}

test('a password link is good once; with the new password all browsers are signed out', async () => {
  const { cookie } = await hub.browserOf('bob')
  const made = await hub.call('ada', '/users/bob/password-link', post())
  expect(made.status).toBe(201)
  expect(await whoIs({ cookie }), 'nothing changes until it is used').toBe(200)
  const code = new URL((made.json as { url: string }).url).hash.slice(1)

  expect((await useLink(code)).status).toBe(201)

  expect(await whoIs({ cookie })).toBe(403)
  expect((await useLink(code)).status).toBe(403)
})

describe('one’s own password', () => {
  const change = async (headers: Readonly<Record<string, string>>, old: string) =>
    hub.ask('/hub/api/user/password', {
      method: 'PUT',
      headers: { ...json, ...headers },
      body: JSON.stringify({ old_password: old, new_password: 'a new long password' }),
    })

  test('is changed by who knows the old one; the other browsers are signed out, this one stays', async () => {
    const other = await hub.browserOf('bob')
    const { cookie, xsrf } = await hub.browserOf('bob')
    const authorization = await hub.tokenOf('bob')

    const changed = await change({ cookie, 'x-xsrftoken': xsrf }, 'the word of bob')

    expect(changed.status).toBe(204)
    expect([...hub.people.hashes.values()]).toEqual(['a new long password'])
    expect(await whoIs({ cookie })).toBe(200)
    expect(await whoIs({ cookie: other.cookie })).toBe(403)
    expect(await whoIs({ authorization })).toBe(200)
  })

  test('stays with a wrong old one, and guessing is braked', async () => {
    const authorization = await hub.tokenOf('bob')

    for (let i = 0; i < 5; i++) expect((await change({ authorization }, 'guess')).status).toBe(403)
    const braked = await change({ authorization }, 'the word of bob')

    expect(braked.status).toBe(429)
    expect(Number(braked.headers['retry-after'])).toBeGreaterThan(0)
    expect(hub.people.hashes.size).toBe(0)
  })

  test('is no business of strangers, nor of another site', async () => {
    expect((await change({}, 'the word of bob')).status).toBe(403)
    const { cookie } = await hub.browserOf('bob')
    expect((await change({ cookie }, 'the word of bob')).status).toBe(403)
    expect(hub.people.hashes.size).toBe(0)
  })
})

test('rights are told with the role, and through what it is held', async () => {
  hub.people.join('bob', 'staff')
  hub.access = hub.accessWith({ scopes: ['list:users!group=staff'], groups: ['staff'] })

  const { json: told } = await hub.call('bob', '/users/bob/rights')

  expect(told).toMatchObject({ user: 'bob' })
  expect((told as { rights: unknown }).rights).toContainEqual({
    scope: 'list:users!group=staff',
    reasons: [{ role: 'extra', scope: 'list:users!group=staff', through: 'group', group: 'staff' }],
  })
  expect((told as { rights: unknown }).rights).toContainEqual({
    scope: 'access:servers!user=bob',
    reasons: [{ role: 'user', scope: 'self', through: 'everyone' }],
  })
  expect((await hub.call('bob', '/users/ada/rights')).status).toBe(404)
})
