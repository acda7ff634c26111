import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open({ subdomains: true })
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

/** Where a browser that looks at an address is sent: the status, and to where. */
async function look(host: string, path: string, headers: Record<string, string> = {}) {
  const answer = await hub.ask(path, { headers: { host, accept: 'text/html', ...headers } })
  return [answer.status, answer.headers['location']]
}

describe('on the hub’s own host', () => {
  test.each([
    ['/user/bob/lab?x=1', 'http://bob.hub.example/user/bob/lab?x=1'],
    ['/user/Jos%C3%A9/', 'http://xn--jos-dma.hub.example/user/Jos%C3%A9/'],
    ['/services/whoami/', 'http://whoami--service.hub.example/services/whoami/'],
  ])('%s is sent to %s', async (path, place) => {
    expect(await look('hub.example', path)).toEqual([302, place])
  })

  test('what is posted to somebody’s server is not passed on to another host', async () => {
    const { status, text } = await hub.ask('/user/bob/api/kernels?token=x', { method: 'POST' })

    expect(status).toBe(404)
    expect(JSON.parse(text).message).toBe(
      'This is served at http://bob.hub.example/user/bob/api/kernels',
    )
  })

  test('a person’s home, server and its progress are on their hosts in the API', async () => {
    const headers = { authorization: await hub.tokenOf('bob') }
    await hub.servers.start({ user: 'bob', name: '' })
    await hub.servers.settled({ user: 'bob', name: '' }, 1000)

    const user = JSON.parse((await hub.ask('/hub/api/users/bob', { headers })).text)
    const { text } = await hub.ask('/hub/api/users/bob/server/progress', { headers })

    const url = 'http://bob.hub.example/user/bob/'
    expect(user).toMatchObject({
      server: url,
      servers: {
        '': {
          url,
          full_url: url,
          progress_url: '/hub/api/users/bob/server/progress',
          full_progress_url: 'http://hub.example/hub/api/users/bob/server/progress',
        },
      },
    })
    expect(text).toContain(`"url":"${url}"`)
    expect(text).toContain(`<a href=\\"${url}\\">`)
  })

  test('after signing in a browser goes to its server’s host, and the id of its session goes along; the credential does not', async () => {
    await hub.servers.start({ user: 'bob', name: '' })
    await hub.servers.settled({ user: 'bob', name: '' }, 1000)
    const { cookie } = await hub.browserOf('bob')

    const form = await hub.ask('/hub/login')
    const xsrf = /_xsrf=([^;]+)/.exec(String(form.headers['set-cookie']))?.[1] ?? ''
    const signedIn = await hub.ask('/hub/login?next=%2Fuser%2Fbob%2Flab', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: `_xsrf=${xsrf}`,
      },
      body: new URLSearchParams({
        username: 'bob',
        password: 'the word of bob',
        _xsrf: xsrf,
      }).toString(),
    })

    expect(signedIn.headers['location']).toBe('http://bob.hub.example/user/bob/lab')
    const set = [signedIn.headers['set-cookie'] ?? []].flat()
    const of = (name: string) => set.find((each) => each.startsWith(`${name}=`))
    expect(of('jupyterhub-session-id')).toContain('Domain=hub.example')
    expect(of('jupyterhub-hub-login')).toContain('Path=/hub/')
    expect(of('jupyterhub-hub-login')).not.toContain('Domain')
    expect(await look('hub.example', '/hub/', { cookie })).toEqual([
      302,
      'http://bob.hub.example/user/bob/',
    ])
    expect(form.headers['content-security-policy']).toContain(
      "form-action 'self' http://*.hub.example",
    )
  })

  test.each([
    ['http://bob.hub.example/user/bob/lab', 'http://bob.hub.example/user/bob/lab'],
    ['http://bob.hub.example.evil/user/bob/', 'http://bob.hub.example/user/bob/'],
    ['http://evil.example/', 'http://bob.hub.example/user/bob/'],
    ['https://bob.hub.example/x', 'http://bob.hub.example/user/bob/'],
    ['http://bob.hub.example//evil.example', 'http://bob.hub.example/user/bob/'],
  ])('next=%s leads to %s', async (next, place) => {
    await hub.servers.start({ user: 'bob', name: '' })
    await hub.servers.settled({ user: 'bob', name: '' }, 1000)
    const { cookie } = await hub.browserOf('bob')

    const path = `/hub/spawn/bob?next=${encodeURIComponent(next)}`
    expect(await look('hub.example', path, { cookie })).toEqual([302, place])
  })
})

describe('on a person’s host', () => {
  test.each([
    ['/hub/home?x=1', 'http://hub.example/hub/home?x=1'],
    ['/hub/api/users/bob', 'http://hub.example/hub/api/users/bob'],
    ['/hub', 'http://hub.example/hub'],
    ['/', 'http://hub.example/hub/'],
    ['/user/bob/lab', 'http://hub.example/hub/user/bob/lab'],
  ])('%s is sent to %s', async (path, place) => {
    expect(await look('bob.hub.example:80', path)).toEqual([302, place])
  })

  test('nothing of the hub is served, whoever shows what; programs of a stopped server learn that it is gone', async () => {
    const { cookie } = await hub.browserOf('bob')
    const host = 'bob.hub.example'
    const posted = await hub.ask('/hub/login', { method: 'POST', headers: { host, cookie } })
    const polled = await hub.ask('/user/bob/api/kernels', { headers: { host, cookie } })

    expect(posted.status).toBe(404)
    expect(posted.headers['set-cookie']).toBeUndefined()
    expect(polled.status).toBe(424)
    expect((await hub.ask('/hub/health', { headers: { host } })).status).toBe(200)
    const page = await hub.ask('/hub/error/503?url=/user/bob/lab', { headers: { host } })
    expect(page.status).toBe(503)
  })
})

test('under another name of the hub programs have their way, and browsers are sent home', async () => {
  const headers = { host: '127.0.0.1:8000', authorization: await hub.tokenOf('bob') }

  expect((await hub.ask('/hub/api/user', { headers })).status).toBe(200)
  expect(await look('127.0.0.1:8000', '/hub/login')).toEqual([302, 'http://hub.example/hub/login'])
  expect(await look('127.0.0.1:8000', '/user/bob/lab')).toEqual([
    302,
    'http://bob.hub.example/user/bob/lab',
  ])
})
