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

const own = { user: 'bob', name: '' }
const path = '/hub/api/users/bob/notices'

/** Listens; what was told, once the stream has ended. */
function listen(headers: Readonly<Record<string, string>>, at = path) {
  const answered = hub.ask(at, { headers }).then(({ status, text }) => ({
    status,
    told: text.split('\n').flatMap((line): unknown[] => {
      const data = /^data: (.*)/.exec(line)?.[1]
      return data === undefined ? [] : [JSON.parse(data)]
    }),
  }))
  return { answered, begun: () => new Promise((resolve) => setTimeout(resolve, 100)) }
}

/** Moves the time on by enough for the credential to be asked for again. */
const aBeat = () => hub.clock.advance(8000)

async function start(id = own) {
  await hub.servers.start(id)
  await hub.servers.settled(id, 1000)
}

test('an owner is told that his server is going to be stopped, that it is kept, and that it was stopped', async () => {
  hub.culling = { ...hub.culling, idleAfterMs: 1_800_000 }
  await start()
  const { secret, token } = await hub.tokens.create({
    userId: hub.people.named('bob')?.id ?? 0,
    scopes: ['inherit'],
    note: '',
    expiresIn: null,
  })
  const { answered, begun } = listen({ authorization: `token ${secret}` })
  await begun()
  await hub.clock.advance(1_200_000)
  await hub.culler.look()
  await hub.culler.keep(own)
  await hub.clock.advance(1_790_000)
  await hub.culler.look()
  await hub.clock.advance(10_000)
  await hub.culler.look()
  await hub.tokens.remove([token])
  await aBeat()

  expect((await answered).told).toEqual([
    { type: 'ending', server: '', ends_at: '2030-01-01T00:30:00.000Z', reason: 'idle' },
    { type: 'kept', server: '' },
    { type: 'ending', server: '', ends_at: '2030-01-01T00:50:00.000Z', reason: 'idle' },
    { type: 'stopped', server: '', reason: 'idle' },
  ])
})

test('whoever comes later is told first how things are', async () => {
  await start()
  await start({ user: 'bob', name: 'gpu' })
  await hub.clock.advance(3_300_000)
  await hub.culler.look()
  await hub.call('ada', '/announcement', { method: 'PUT', body: { text: 'Down at noon' } })
  const bob = await hub.browserOf('bob')
  const all = listen({ cookie: bob.cookie, 'x-xsrftoken': bob.xsrf })
  const one = listen({ authorization: await hub.tokenOf('bob') }, `${path}?server=gpu`)
  await Promise.all([all.begun(), one.begun()])
  await hub.call('ada', '/announcement', { method: 'DELETE' })
  for (const name of hub.people.sessions.keys()) hub.people.sessions.delete(name)
  await hub.call('ada', '/users/bob', { method: 'DELETE' })
  await aBeat()

  const down = { text: 'Down at noon', level: 'info', until: null }
  const announced = [
    { type: 'announcement', announcement: down },
    { type: 'announcement', announcement: null },
  ]
  const ending = { type: 'ending', ends_at: '2030-01-01T01:00:00.000Z', reason: 'idle' }
  expect((await all.answered).told).toEqual([
    { ...ending, server: '' },
    { ...ending, server: 'gpu' },
    ...announced,
  ])
  expect((await one.answered).told).toEqual([{ ...ending, server: 'gpu' }, ...announced])
})

test('it ends with the session of whoever listens, with blank lines until then', async () => {
  const { cookie, xsrf } = await hub.browserOf('bob')
  const { answered, begun } = listen({ cookie, 'x-xsrftoken': xsrf })
  await begun()
  await aBeat()
  const ended = answered.then(() => 'ended')
  expect(await Promise.race([ended, begun().then(() => 'open')])).toBe('open')

  expect((await hub.call('ada', '/users/bob/sessions', { method: 'DELETE' })).status).toBe(204)
  await aBeat()

  expect(await ended).toBe('ended')
})

test('it lasts an hour at most', async () => {
  const { answered, begun } = listen({ authorization: await hub.tokenOf('bob') })
  await begun()
  await hub.clock.advance(3_600_000)

  expect(await answered).toEqual({ status: 200, told: [] })
})

test('nobody hears of the servers of others, and whoever may use one server hears of that alone', async () => {
  await start()
  const tries = [
    ['read:servers!user=ada', path, 404],
    ['access:servers!server=bob/', path, 404],
    ['access:servers!server=bob/', `${path}?server=gpu`, 404],
    ['list:users', path, 403],
  ] as const
  for (const [scope, at, status] of tries) {
    const authorization = await hub.tokenOf('ada', [scope])
    expect((await hub.ask(at, { headers: { authorization } })).status, scope).toBe(status)
  }
  expect((await hub.ask(path)).status).toBe(403)
  const scopes = ['access:servers!server=bob/']
  const headers = { authorization: await hub.tokenOf('ada', scopes) }
  const { answered, begun } = listen(headers, `${path}?server=`)
  await begun()
  await hub.clock.advance(3_600_000)
  expect((await answered).status).toBe(200)
})

test('a person has so many of them open, and no more', async () => {
  const headers = { authorization: await hub.tokenOf('bob') }
  const open = Array.from({ length: 32 }, () => listen(headers))
  await open[0]?.begun()

  const refused = await hub.ask(path, { headers })
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '30' } })

  await hub.clock.advance(3_600_000)
  await Promise.all(open.map(({ answered }) => answered))
})
