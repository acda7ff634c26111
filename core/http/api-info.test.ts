import { expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

test('what the hub runs on is told to who may read the hub, in JupyterHub’s form', async () => {
  await using hub = await OpenHub.open()

  const { status, json } = await hub.call('ada', '/info', { scopes: ['read:hub'] })

  expect(status).toBe(200)
  expect(json).toMatchObject({
    version: '6.1.1',
    spawner: { class: expect.any(String), version: 'test' },
    authenticator: { class: expect.any(String), version: 'test' },
  })
  expect((await hub.call('bob', '/info')).status).toBe(403)
})
