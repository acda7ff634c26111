import { expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

test.each(['/users', '/users/ada', '/users/ada/server', '/info', '/'])(
  'OPTIONS %s is answered emptily, and says what would do',
  async (path) => {
    await using hub = await OpenHub.open()

    const { status, text, headers } = await hub.ask(`/hub/api${path}`, { method: 'OPTIONS' })

    expect([status, text]).toEqual([200, ''])
    expect(headers['allow']).toContain('GET')
    expect(headers['access-control-allow-headers']).toBe('accept, content-type, authorization')
  },
)

test.each([
  ['DELETE', '/users', 405],
  ['POST', '/user', 405],
  ['PUT', '/users/ada', 405],
  ['GET', '/nothing', 404],
  ['OPTIONS', '/nothing', 404],
])('%s %s is nothing that can be done', async (method, path, expected) => {
  await using hub = await OpenHub.open()

  expect((await hub.call('ada', path, { method })).status).toBe(expected)
})

test('the default server is found under its empty name as well', async () => {
  await using hub = await OpenHub.open()

  expect((await hub.call('bob', '/users/bob/servers/', { method: 'POST' })).status).toBe(201)
  expect((await hub.call('bob', '/users/bob/servers/')).json).toMatchObject({ full_name: 'bob/' })
  expect((await hub.call('bob', '/users/bob/servers')).status).toBe(404)
})

test('a body that cannot be read does not end the connection that it came by', async () => {
  await using hub = await OpenHub.open()

  const { status, headers } = await hub.ask('/hub/api/users', { method: 'POST', body: '{"' })

  expect(status).toBe(400)
  expect(headers['connection']).not.toBe('close')
})
