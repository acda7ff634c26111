import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { FormField } from '#core/domain/servers/spawn-form.ts'
import { serverSettings } from '#core/domain/testing/server-settings.ts'

import { OpenHub } from './testing/open-hub.ts'

const form: readonly FormField[] = [
  { name: 'cores', label: 'Cores', help: '', type: 'number', max: 4 },
  { name: 'gpu', label: 'GPU', help: '', type: 'boolean', default: true },
]

let hub: OpenHub
let bob: Awaited<ReturnType<OpenHub['browserOf']>>
beforeEach(async () => {
  hub = await OpenHub.open()
  bob = await hub.browserOf('bob')
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const visit = (path: string, headers: Record<string, string> = {}) =>
  hub.ask(path, { headers: { cookie: bob.cookie, ...headers } })
const post = (path: string, fields: string) =>
  hub.ask(path, {
    method: 'POST',
    headers: { cookie: bob.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: `_xsrf=${bob.xsrf}&${fields}`,
  })
const optionsOf = async (name = '') => (await hub.servers.get({ user: 'bob', name }))?.userOptions

describe('without a form', () => {
  test('a named server starts from its page, which leads on to it', async () => {
    const { status, headers } = await visit('/hub/spawn/bob/gpu?next=/user/bob/gpu/lab')

    expect([status, headers['location']]).toEqual([302, '/user/bob/gpu/lab'])
    expect((await visit('/hub/spawn-pending/bob/gpu')).headers['location']).toBe('/user/bob/gpu/')
    expect((await visit('/hub/spawn/bob/GPU')).status).toBe(400)
    expect((await visit('/hub/home')).text).toContain('"full_name":"bob/gpu"')
  })

  test('a link says options, unless another site sends it', async () => {
    const cross = await visit('/hub/spawn/bob?opt-image=x', { 'sec-fetch-site': 'cross-site' })
    expect(cross.text).toContain('"page":"stopped"')
    const sibling = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }
    expect((await visit('/hub/spawn/bob?opt-image=x', sibling)).text).toContain('"page":"stopped"')
    expect(await optionsOf()).toBeUndefined()

    await visit('/hub/spawn/bob?opt-image=x&opt-list=1&opt-list=2&other=y&next=/hub/home')

    expect(await optionsOf()).toEqual({ image: 'x', list: ['1', '2'] })
  })

  test('JupyterLab’s link to restart starts, from a host of its own too', async () => {
    const { headers } = await visit('/hub/spawn', {
      'sec-fetch-site': 'same-site',
      'sec-fetch-mode': 'navigate',
    })

    expect(headers['location']).toBe('/user/bob/')
  })
})

describe('with a form', () => {
  beforeEach(() => {
    hub.serverSettings = serverSettings({ form })
  })

  test('it is shown before a start, from home and from user-redirect too', async () => {
    const shown = await visit('/hub/spawn/bob')

    expect(shown.status).toBe(200)
    expect(shown.text).toContain('"page":"spawn"')
    expect(shown.text).toContain('"label":"Cores"')
    expect((await post('/hub/spawn/bob', '')).status).toBe(303)
    expect(await optionsOf()).toBeUndefined()
  })

  test('what is posted is held to it; what is wrong is shown with what was typed', async () => {
    const refused = await post('/hub/spawn/bob?next=/hub/home', '_form=1&cores=9')
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('user_options.cores: must be at most 4')
    expect(refused.text).toContain('"value":["9"]')
    expect(refused.text).toContain('next=%2Fhub%2Fhome')

    const started = await post('/hub/spawn/bob?next=/hub/home', '_form=1&cores=3')

    expect([started.status, started.headers['location']]).toEqual([302, '/hub/home'])
    expect(await optionsOf()).toEqual({ cores: 3, gpu: false })
  })

  test('a link may say it all', async () => {
    await visit('/hub/spawn/bob?opt-cores=2')
    expect(await optionsOf()).toEqual({ cores: 2, gpu: true })
    expect((await visit('/hub/spawn/bob/two?opt-cores=x')).status).toBe(400)
    expect(await optionsOf('two')).toBeUndefined()
  })

  test('without the page’s own token nothing starts', async () => {
    const forged = await hub.ask('/hub/spawn/bob', {
      method: 'POST',
      headers: { cookie: bob.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: '_form=1&cores=1',
    })

    expect(forged.status).toBe(403)
    expect(await optionsOf()).toBeUndefined()
  })
})
