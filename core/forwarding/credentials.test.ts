import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { hashSecret } from '#core/base/random.ts'

import { credentialsOf, fingerprintOf } from './credentials.ts'

const shown = (headers: Record<string, string>, url = '/user/ada/lab') =>
  credentialsOf({ headers: Object.entries(headers).flat(), target: url })
const of = (...texts: string[]) => texts.map((text) => fingerprintOf(hashSecret(text)))

/** A value as Tornado signs it. */
const signed = (name: string, value: string) =>
  `2|1:0|10:1790000000|${name.length}:${name}|4:${Buffer.from(value).toString('base64')}|${'0f'.repeat(32)}`

describe('what a request is told by', () => {
  test.each([
    ['a token in the header', { authorization: 'token abc' }, undefined, of('abc')],
    ['a bearer token', { authorization: 'Bearer abc' }, undefined, of('abc')],
    [
      'a token in the query',
      {},
      '/user/ada/api/kernels/1/channels?session_id=x&token=abc',
      of('abc'),
    ],
    [
      'the id of a session',
      { cookie: 'a=b; jupyterhub-session-id=abc; c=d' },
      undefined,
      of('abc'),
    ],
    [
      'the token in a server’s cookie',
      { cookie: `jupyterhub-user-ada="${signed('jupyterhub-user-ada', 'abc')}"; x=y` },
      undefined,
      of('abc'),
    ],
    [
      'all of them',
      {
        authorization: 'token one',
        cookie: `jupyterhub-session-id=two; jupyterhub-user-ada=${signed('jupyterhub-user-ada', 'three')}`,
      },
      '/?token=four',
      of('one', 'four', 'two', 'three'),
    ],
    ['nothing', { cookie: 'x-jupyterhub-session-id=abc', authorization: 'Basic abc' }, '/?t=1', []],
  ])('%s', (_what, headers, url, expected) => {
    expect(shown(headers, url)).toEqual(expected)
  })

  test('whatever comes is read, and never kept as it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (cookie, authorization, url) => {
        for (const each of shown({ cookie, authorization }, url))
          expect(each).toMatch(/^[0-9a-f]{32}$/)
      }),
    )
  })

  test('a request that shows a thousand costs no more than one that shows sixteen', () => {
    const url = `/?${Array.from({ length: 1000 }, (_, i) => `token=${i}`).join('&')}`

    expect(shown({}, url)).toHaveLength(16)
  })
})
