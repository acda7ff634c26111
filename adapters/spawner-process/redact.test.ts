import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { redact, secretsOf } from './redact.ts'

const TOKEN = '0123456789abcdef0123456789abcdef'

test.each([
  [`token=${TOKEN}`, 'token=[hidden]'],
  [`GET /user/ada/lab?token=${TOKEN}&x=1`, 'GET /user/ada/lab?token=[hidden]&x=1'],
  [`it was ${TOKEN}.`, 'it was [hidden].'],
  ['"api_token": "hunter22"', '"api_token": "[hidden]"'],
  ['Authorization: token hunter2', 'Authorization:[hidden]'],
  ['"Cookie": "a=b; c=d"', '"Cookie":[hidden]'],
  ['PASSWORD = hunter2', 'PASSWORD = [hidden]'],
  ['Bearer abcdefghij.klmnopqrst', 'Bearer [hidden]'],
])('%s', (line, clean) => {
  expect(redact(line, [])).toBe(clean)
})

test.each([
  'token authentication failed',
  'Writing Jupyter server cookie secret to /run/x/jupyter_cookie_secret',
  'Kernel started: 5f0bb3a6-8f0c-4a43-9f5c-3c1d8c8e3b53',
  'http+unix://%2Frun%2Fs.sock/user/ada/lab?token=...',
])('a line without a secret stays: %s', (line) => {
  expect(redact(line, [])).toBe(line)
})

test('what is known to be secret is hidden wherever it stands', () => {
  expect(redact('a<hunter2>b', ['hunter2'])).toBe('a<[hidden]>b')
})

test('no token of ours is ever left, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      expect(redact(before + TOKEN + after, [])).not.toContain(TOKEN)
    }),
  )
})

test.each([' ', 'token ', 'token=', 'a', '"', 'cookie:', 'bearer  '])(
  'a log made of %j alone does not keep the hub busy',
  (piece) => {
    const log = piece.repeat(64 * 1024).slice(0, 64 * 1024)
    const many = 50
    // A pattern that goes back and forth over such a text would take minutes for it, and the test would run out of time.
    for (let i = 0; i < many; i++) redact(log, [])
    expect(redact('token=abcdef', [])).toBe('token=[hidden]')
  },
)

test('secrets of an environment are the values of variables that are named so', () => {
  const environment = {
    JUPYTERHUB_API_TOKEN: TOKEN,
    DB_PASSWORD: 'correct horse',
    AWS_SECRET_ACCESS_KEY: 'abcdefghijk',
    SHORT_TOKEN: 'abc',
    LANG: 'C.UTF-8-and-more',
  }
  expect(secretsOf(environment)).toEqual([TOKEN, 'correct horse', 'abcdefghijk'])
})
