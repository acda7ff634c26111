import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(() => hub[Symbol.asyncDispose]())

const get = async (path: string, name?: string, scopes?: readonly string[]) => {
  const headers = name === undefined ? {} : { authorization: await hub.tokenOf(name, scopes) }
  const { status, text } = await hub.ask(path, { headers })
  return { status, text }
}

describe('the numbers', () => {
  test('are for who may read them, at both addresses', async () => {
    for (const path of ['/hub/metrics', '/hub/api/metrics']) {
      expect((await get(path)).status).toBe(403)
      expect((await get(path, 'bob')).status).toBe(403)
      expect(await get(path, 'ada', ['read:metrics'])).toEqual({ status: 200, text: 'numbers 1\n' })
    }
  })

  test('are for everybody where the settings say so', async () => {
    hub.metrics.forWhom = () => 'everybody'

    expect((await get('/hub/metrics')).status).toBe(200)
    expect((await get('/hub/api/metrics')).status).toBe(200)
  })
})

describe('health', () => {
  test('is told while the database answers, and not when it does not', async () => {
    for (const path of ['/hub/health', '/hub/api/health']) {
      expect((await get(path)).status).toBe(200)
      expect((await hub.ask(path, { method: 'HEAD' })).status).toBe(200)
    }
    hub.healthy = false
    for (const path of ['/hub/health', '/hub/api/health'])
      expect((await get(path)).status).toBe(503)
  })
})

describe('use', () => {
  beforeEach(() =>
    hub.usage.add([
      {
        id: { user: 'bob', name: 'gpu' },
        userId: 2,
        at: hub.clock.now(),
        memory: 1000,
        cpuMs: 1500,
        disk: null,
      },
    ]),
  )

  test('is told of all, and of one person, by the hour and by the minute', async () => {
    const used = {
      minutes: 1,
      memory_mean: 1000,
      memory_most: 1000,
      cpu_seconds: 1.5,
      disk_most: null,
    }
    const own = await get('/hub/api/users/bob/usage', 'bob')
    const all = await get('/hub/api/usage?step=minute&hours=1', 'ada')

    expect(JSON.parse(own.text)).toMatchObject({
      step: 'hour',
      spans: [{ at: '2030-01-01T00:00:00.000Z', ...used }],
      servers: [{ user: 'bob', server: 'gpu', ...used }],
    })
    expect(JSON.parse(all.text)).toMatchObject({ step: 'minute', spans: [used] })
  })

  test('is not for others, and odd questions are refused', async () => {
    expect((await get('/hub/api/usage', 'bob')).status).toBe(403)
    expect((await get('/hub/api/users/ada/usage', 'bob')).status).toBe(404)
    expect((await get('/hub/api/users/ada/usage', 'bob', [])).status).toBe(403)
    for (const query of ['hours=x', 'hours=-1', 'hours=1e9', 'step=year'])
      expect((await get(`/hub/api/usage?${query}`, 'ada')).status).toBe(400)
  })
})

test('the log of a server is for who may use it', async () => {
  await hub.servers.start({ user: 'bob', name: '' })

  expect(await get('/hub/api/users/bob/server/log', 'bob')).toEqual({
    status: 200,
    text: '{"lines":[]}',
  })
  expect((await get('/hub/api/users/bob/server/log', 'bob', ['read:servers!user'])).status).toBe(
    403,
  )
  expect((await get('/hub/api/users/bob/servers/x/log', 'bob')).status).toBe(404)
})
