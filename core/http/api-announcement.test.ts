import { afterEach, beforeEach, expect, test } from 'vitest'

import { PAGE_DATA_ID } from '#core/contract/pages.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
})
afterEach(async () => {
  expect(hub.troubles, 'nothing unforeseen').toEqual([])
  await hub[Symbol.asyncDispose]()
})

const PATH = '/hub/api/announcement'
const put = (body: object, headers: Record<string, string> = {}) =>
  hub.ask(PATH, {
    door: headers['authorization'] === undefined ? 'operator' : 'front',
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

test('an announcement is on the next page that anybody loads, until it is cleared', async () => {
  expect(await onSignIn()).toBeNull()

  const { status, text } = await put({ text: 'Down at <six>', level: 'warning' })

  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ where: 'all', until: null, set_by: 'operator' })
  expect(await onSignIn()).toEqual({ text: 'Down at <six>', level: 'warning' })

  expect((await hub.ask(PATH, { door: 'operator', method: 'DELETE' })).status).toBe(204)
  expect(await onSignIn()).toBeNull()
})

test('one for people who are signed in is not told to strangers', async () => {
  await put({ text: 'for us', where: 'home' })

  expect(await onSignIn()).toBeNull()
  expect((await hub.ask(PATH)).status).toBe(403)
  const read = await hub.ask(PATH, { headers: { authorization: await hub.tokenOf('bob') } })
  expect(JSON.parse(read.text)).toMatchObject({ text: 'for us' })
})

test('who is no admin changes nothing', async () => {
  const authorization = await hub.tokenOf('bob')

  expect((await put({ text: 'mine' }, { authorization })).status).toBe(403)
  expect((await hub.ask(PATH, { method: 'DELETE', headers: { authorization } })).status).toBe(403)
  const read = await hub.ask(PATH, { headers: { authorization } })
  expect([read.status, read.text]).toEqual([200, 'null'])
})

test.each([
  [{ text: '' }, /needs a text/],
  [{ text: 'x', level: 'loud' }, /level/],
  [{ text: 'x', until: 'tomorrow' }, /until/],
  [{ text: 'x', until: '1999-01-01T00:00:00Z' }, /past/],
  [{ text: 'x', colour: 'red' }, /colour/],
])('%o is refused with what is wrong', async (body, said) => {
  const { status, text } = await put(body)

  expect(status).toBe(400)
  expect(text).toMatch(said)
})

async function onSignIn(): Promise<unknown> {
  const { text } = await hub.ask('/hub/login')
  const [, json = ''] = new RegExp(`id="${PAGE_DATA_ID}">(.*?)</script>`).exec(text) ?? []
  const data: unknown = JSON.parse(json)
  return Reflect.get(Object(data), 'announcement')
}
