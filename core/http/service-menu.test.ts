import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { PAGE_DATA_ID, PageData } from '#core/contract/pages.ts'
import { serviceOf } from '#core/domain/testing/fake-services.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
  hub.configured = [
    serviceOf('away'),
    serviceOf('hidden', { display: false }),
    serviceOf('mute', { url: null, redirectUri: null }),
    serviceOf('whoami'),
  ]
  hub.people.add({ name: 'cyd', admin: false, createdAt: hub.clock.now() })
  hub.access = hub.accessWith({
    scopes: ['access:services!service=whoami', 'access:services!service=mute'],
    users: ['bob'],
  })
})
afterEach(async () => hub[Symbol.asyncDispose]())

async function listedFor(name: string): Promise<unknown> {
  const { cookie } = await hub.browserOf(name)
  const { text } = await hub.ask('/hub/home', { headers: { cookie } })
  const json = new RegExp(`id="${PAGE_DATA_ID}">(.*)</script>`).exec(text)?.[1] ?? ''
  const page = PageData.parse(JSON.parse(json))
  return page.page === 'home' ? page.services : undefined
}

describe('home lists services', () => {
  const whoami = { name: 'whoami', url: '/services/whoami/' }

  test('that have pages and are the viewer’s to use', async () => {
    expect(await listedFor('bob')).toEqual([whoami])
  })

  test('all of them to admins, but what is not to be listed', async () => {
    expect(await listedFor('ada')).toEqual([{ name: 'away', url: '/services/away/' }, whoami])
  })

  test('none to whoever may use none', async () => {
    expect(await listedFor('cyd')).toEqual([])
  })
})
