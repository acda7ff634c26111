import { afterEach, beforeEach, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

test('the operator and an admin read the settings in force', async () => {
  const admin = { authorization: await hub.tokenOf('ada') }
  const asked = [
    await hub.ask('/hub/api/config', { door: 'operator' }),
    await hub.ask('/hub/api/config', { headers: admin }),
  ]

  for (const { status, text } of asked) {
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ refusal: null, settings: [{ name: 'subdomains' }] })
  }
})

test('POST makes the hub look at the file, and tells what came of it', async () => {
  const { status, text } = await hub.ask('/hub/api/config', { door: 'operator', method: 'POST' })

  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ revision: '1' })
})

test('a token for some people’s accounts reads no settings', async () => {
  const authorization = await hub.tokenOf('ada', ['admin:users!user=bob', 'read:hub', 'admin-ui'])

  expect((await hub.ask('/hub/api/config', { headers: { authorization } })).status).toBe(403)
  expect(
    (await hub.ask('/hub/api/config', { method: 'POST', headers: { authorization } })).status,
  ).toBe(403)
})
