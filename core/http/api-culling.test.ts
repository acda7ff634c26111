import { afterEach, beforeEach, expect, test } from 'vitest'

import { noCulling } from '#core/domain/testing/culling-settings.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
  hub.culling = { ...noCulling, idleAfterMs: 3_600_000, warnBeforeMs: 600_000 }
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const culling = '/hub/api/users/bob/server/culling'
async function ask(method: string, authorization: string, body?: object) {
  const text = body && JSON.stringify(body)
  const answer = await hub.ask(culling, {
    method,
    headers: { authorization },
    ...(text !== undefined && { body: text }),
  })
  return { status: answer.status, json: JSON.parse(answer.text) as unknown }
}

test('an owner sees when his server ends, and keeps it running', async () => {
  const bob = await hub.tokenOf('bob')
  expect((await ask('GET', bob)).status).toBe(404)
  await hub.servers.start({ user: 'bob', name: '' })
  await hub.servers.settled({ user: 'bob', name: '' }, 1000)
  await hub.clock.advance(3_300_000)
  await hub.culler.look()

  expect(await ask('GET', bob)).toMatchObject({
    status: 200,
    json: { ends_at: '2030-01-01T01:00:00.000Z', reason: 'idle', warned: true, exempt: false },
  })
  expect((await ask('POST', bob)).status).toBe(200)
  await hub.culler.look()
  expect(await ask('GET', bob)).toMatchObject({
    json: { ends_at: '2030-01-01T01:55:00.000Z', warned: false },
  })
})

test('only who administers servers exempts one, and who has the scopes of another sees nothing', async () => {
  await hub.servers.start({ user: 'bob', name: '' })
  const bob = await hub.tokenOf('bob')

  expect((await ask('PUT', bob, { exempt: true })).status).toBe(403)
  expect(await ask('PUT', await hub.tokenOf('ada'), { exempt: true })).toMatchObject({
    status: 200,
    json: { exempt: true, ends_at: null },
  })
  expect((await ask('PUT', await hub.tokenOf('ada'), { exempt: 'yes' })).status).toBe(400)
  for (const method of ['GET', 'POST']) {
    const other = await hub.tokenOf('ada', ['servers!user', 'users:activity!user'])
    expect((await ask(method, other)).status).toBe(404)
  }
})
