import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { serviceOf } from '#core/domain/testing/fake-services.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeEach(async () => {
  hub = await OpenHub.open()
  hub.configured = [
    serviceOf('away', { redirectUri: 'https://grader.example:8443/back?x=1' }),
    serviceOf('odd', { redirectUri: 'http://*.example/back' }),
    serviceOf('sly', { redirectUri: 'http://a;sandbox/back' }),
    serviceOf('whoami'),
  ]
})
afterEach(async () => hub[Symbol.asyncDispose]())

test('browsers are told to come by https alone where that is wanted, for as long as is wanted now', async () => {
  const said = async () => (await hub.ask('/hub/health')).headers['strict-transport-security']
  expect(await said()).toBeUndefined()

  hub.hsts = 86_400
  expect(await said()).toBe('max-age=86400')
})

describe('browsers are told that a form may lead', () => {
  const authorize = (name: string) =>
    `/hub/api/oauth2/authorize?client_id=service-${name}&response_type=code`
  async function formsOf(path: string, cookie = ''): Promise<string> {
    const { status, headers } = await hub.ask(path, { headers: { cookie, accept: 'text/html' } })
    expect(status).toBe(200)
    return /form-action ([^;]*)/.exec(String(headers['content-security-policy']))?.[1] ?? ''
  }

  test.each([
    ['away', "'self' https://grader.example:8443"],
    ['whoami', "'self'"],
    ['odd', "'self'"],
    ['sly', "'self'"],
  ])('back to %s from the question, to no more than that: %s', async (name, forms) => {
    const { cookie } = await hub.browserOf('ada')

    expect(await formsOf(authorize(name), cookie)).toBe(forms)
  })

  test.each([
    [authorize('away'), "'self' https://grader.example:8443"],
    [authorize('none'), "'self'"],
    ['/hub/home?client_id=service-away', "'self'"],
    [`//evil.example${authorize('away')}`, "'self'"],
  ])('from signing in on the way to %s: %s', async (next, forms) => {
    expect(await formsOf(`/hub/login?next=${encodeURIComponent(next)}`)).toBe(forms)
  })
})
