import { afterEach, describe, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

/** A page of somebody's server may set cookies for the hub's host: from the same one, or for the domain that it is below. */
let hub: OpenHub
afterEach(async () => hub[Symbol.asyncDispose]())

/** Whom the hub takes the browser for. */
async function whoWith(cookie: string): Promise<string | undefined> {
  const { status, headers, text } = await hub.ask('/hub/home', { headers: { cookie } })
  if (status === 302 && String(headers.location).includes('/hub/login')) return undefined
  return /"viewer":\{[^}]*"name":"([^"]*)"/.exec(text)?.[1] ?? `somebody: ${status}`
}

async function loginOf(name: string): Promise<string> {
  const { cookie } = await hub.browserOf(name)
  return /(?:__Host-)?jupyterhub-hub-login=[^;]*/.exec(cookie)?.[0] ?? ''
}

describe('a credential for the hub that somebody else put beside the person’s own', () => {
  test('does not sign her in as him, in whichever order they come', async () => {
    hub = await OpenHub.open()
    const [adas, bobs] = [await loginOf('ada'), await loginOf('bob')]

    expect(await whoWith(adas)).toBe('ada')
    expect(await whoWith(`${adas}; ${bobs}`)).toBeUndefined()
    expect(await whoWith(`${bobs}; ${adas}`)).toBeUndefined()
  })

  test('is taken out of the browser with hers, wherever it may have been put, so that she can sign in again', async () => {
    hub = await OpenHub.open({ subdomains: true })
    const cookie = `${await loginOf('bob')}; ${await loginOf('ada')}`

    const { headers } = await hub.ask('/hub/home?x=/y', { headers: { cookie } })

    const gone = [headers['set-cookie'] ?? []].flat()
    for (const path of ['/', '/hub', '/hub/', '/hub/home', '/hub/home/'])
      for (const domain of ['', '; Domain=hub.example'])
        expect(gone).toContain(`jupyterhub-hub-login=; Max-Age=0${domain}; Path=${path}`)
  })

  test('does not sign her out when it is none that holds', async () => {
    hub = await OpenHub.open()
    const adas = await loginOf('ada')

    const rubbish = ['x', '""', '%', 'a=b', ''].map((value) => `jupyterhub-hub-login=${value}`)
    expect(await whoWith([...rubbish, adas, ...rubbish].join('; '))).toBe('ada')
    expect(await whoWith(`${adas}; ${adas}`)).toBe('ada')
  })

  test('costs no more than a few looks, however many there are', async () => {
    hub = await OpenHub.open()
    const many = Array.from({ length: 200 }, (_, i) => `jupyterhub-hub-login=${i}`)

    expect(await whoWith([...many, await loginOf('ada')].join('; '))).toBeUndefined()
  })
})

test.each([
  ['same-site', 403],
  ['cross-site', 403],
  ['same-origin', 302],
  ['none', 302],
  [undefined, 302],
])(
  'a form to sign in that a page of %s sends is answered %i, though its token fits',
  async (site, status) => {
    hub = await OpenHub.open({ subdomains: true })
    const form = await hub.ask('/hub/login')
    const xsrf = /"xsrf":"([^"]+)"/.exec(form.text)?.[1] ?? ''

    const answer = await hub.ask('/hub/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: `_xsrf=${xsrf}`,
        ...(site !== undefined && { 'sec-fetch-site': site }),
      },
      body: new URLSearchParams({
        username: 'ada',
        password: 'the word of ada',
        _xsrf: xsrf,
      }).toString(),
    })

    expect(answer.status).toBe(status)
  },
)

describe('by https, with hosts for everybody,', () => {
  test('the credential has a name that no other host can set, and no other name counts', async () => {
    hub = await OpenHub.open({ subdomains: true, https: true })
    const form = await hub.ask('/hub/login')
    expect(String(form.headers['set-cookie'])).not.toContain('Domain')
    const [adas, bobs] = [await loginOf('ada'), await loginOf('bob')]
    expect(adas).toMatch(/^__Host-jupyterhub-hub-login=/)

    expect(await whoWith(adas)).toBe('ada')
    expect(await whoWith(bobs.replace('__Host-', ''))).toBeUndefined()
    expect(await whoWith(`${bobs.replace('__Host-', '')}; ${adas}`)).toBe('ada')
  })

  test('it is set and taken away as browsers ask of such a name', async () => {
    hub = await OpenHub.open({ subdomains: true, https: true })
    const gone = await hub.ask('/hub/logout', { headers: { cookie: await loginOf('ada') } })

    const login = [gone.headers['set-cookie'] ?? []]
      .flat()
      .find((cookie) => cookie.startsWith('__Host-jupyterhub-hub-login='))
    expect(login).toMatch(/; Path=\/(?:;|$)/)
    expect(login).toMatch(/; Secure(?:;|$)/)
    expect(login).toMatch(/Max-Age=0/)
    expect(login).not.toContain('Domain')
  })
})

test('by https on one host it stays below /hub/, where no server gets it', async () => {
  hub = await OpenHub.open({ https: true })
  expect(await loginOf('ada')).toMatch(/^jupyterhub-hub-login=/)
})
