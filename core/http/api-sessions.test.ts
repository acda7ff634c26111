import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { hashSecret } from '#core/base/random.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const list = async (user: string, headers: Record<string, string>) =>
  JSON.parse((await hub.ask(`/hub/api/users/${user}/sessions`, { headers })).text).sessions
const statusAt = async (path: string, cookie: string) =>
  (await hub.ask(path, { headers: { cookie } })).status
const end = async (path: string, headers: Record<string, string>) =>
  (await hub.ask(`/hub/api/users/${path}`, { method: 'DELETE', headers })).status

describe('a person', () => {
  test('sees his own sessions: from where, with what, and which one asks', async () => {
    const first = await hub.browserOf('bob')
    await hub.clock.advance(120_000)
    await hub.browserOf('bob')
    await hub.browserOf('ada')

    const sessions = await list('bob', { cookie: first.cookie, 'sec-fetch-site': 'same-origin' })

    expect(sessions).toHaveLength(2)
    expect(sessions[0]).toMatchObject({
      kind: 'session',
      user: 'bob',
      browser: 'unknown',
      address: 'unknown',
      current: false,
    })
    expect(sessions[1]).toMatchObject({
      current: true,
      created: new Date(hub.clock.now().getTime() - 120_000).toISOString(),
      last_activity: hub.clock.now().toISOString(),
    })
  })

  test('ends one of his, and only it; what it had open is closed by its id and its tokens', async () => {
    const [lost, kept] = [await hub.browserOf('bob'), await hub.browserOf('bob')]
    const all = await list('bob', { authorization: await hub.tokenOf('bob') })
    const id = /jupyterhub-session-id=([0-9a-f]+)/.exec(lost.cookie)?.[1] ?? ''
    expect(all.map((session: { id: string }) => session.id)).toContain(id)

    const headers = { cookie: kept.cookie, 'x-xsrftoken': kept.xsrf }
    expect(await end(`bob/sessions/${id}`, headers)).toBe(204)

    expect(await statusAt('/hub/home', lost.cookie)).toBe(302)
    expect(await statusAt('/hub/home', kept.cookie)).toBe(200)
    expect(hub.routes.closed).toEqual([{ credentials: [hashSecret(id)] }])
    expect(await end(`bob/sessions/${id}`, headers)).toBe(404)
  })

  test('does not end, see, or learn of another’s', async () => {
    await hub.browserOf('ada')
    const admins = await list('ada', { authorization: await hub.tokenOf('ada') })
    const authorization = await hub.tokenOf('bob')

    expect(await end(`ada/sessions/${admins[0].id}`, { authorization })).toBe(404)
    expect(await end(`bob/sessions/${admins[0].id}`, { authorization })).toBe(404)
    expect(await end('ada/sessions', { authorization })).toBe(404)
    expect(await list('ada', { authorization })).toBeUndefined()
    expect(await list('ada', { authorization: await hub.tokenOf('ada') })).toHaveLength(1)
  })

  test('needs more than to read in order to end', async () => {
    await hub.browserOf('bob')
    const authorization = await hub.tokenOf('bob', ['read:tokens!user'])

    expect(await list('bob', { authorization })).toHaveLength(1)
    expect(await end('bob/sessions', { authorization })).toBe(403)
  })
})

describe('an admin', () => {
  test('signs somebody out everywhere; the person’s own tokens go on', async () => {
    const browsers = [await hub.browserOf('bob'), await hub.browserOf('bob')]
    const own = await hub.tokenOf('bob')

    expect(await end('bob/sessions', { authorization: await hub.tokenOf('ada') })).toBe(204)

    for (const { cookie } of browsers) expect(await statusAt('/hub/home', cookie)).toBe(302)
    expect((await hub.ask('/hub/api/user', { headers: { authorization: own } })).status).toBe(200)
    const ids = browsers.map(({ cookie }) => /session-id=([0-9a-f]+)/.exec(cookie)?.[1] ?? '')
    expect(new Set(hub.routes.closed[0]?.credentials)).toEqual(new Set(ids.map(hashSecret)))
  })

  test('who removes somebody closes what he has open', async () => {
    const { cookie } = await hub.browserOf('bob')
    const token = await hub.tokenOf('bob')

    expect(await end('bob', { authorization: await hub.tokenOf('ada') })).toBe(204)

    const id = /session-id=([0-9a-f]+)/.exec(cookie)?.[1] ?? ''
    expect(hub.routes.closed).toEqual([
      { credentials: [hashSecret(id), hashSecret(token.slice('token '.length))] },
    ])
  })
})

test('signing out closes what the browser has open, though the proxy is away', async () => {
  const { cookie } = await hub.browserOf('bob')
  hub.routes.fail = true

  expect(await statusAt('/hub/logout', cookie)).toBe(200)

  expect(await statusAt('/hub/home', cookie)).toBe(302)
  expect(hub.troubles.splice(0)).toHaveLength(1)
})
