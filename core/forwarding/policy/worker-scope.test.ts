import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { OwnPath } from './own-path.ts'
import { isAboveRoute, mayWiden } from './worker-scope.ts'

const ada = new OwnPath(['user', 'ada'])
const SCRIPT = '/user/ada/files/sw.js?v=1'

describe('Service-Worker-Allowed', () => {
  test.each([
    '/user/ada/',
    '/user/ada/files/',
    './',
    '',
    '..',
    '../',
    '../lab',
    'x/../y',
    'http://hub.example/user/ada/',
    '/user/%61da/',
    '/user/ada/?x#y',
  ])('of %j leaves the worker within the route', (value) => {
    expect(mayWiden(value, SCRIPT, ada)).toBe(true)
  })

  test.each([
    '/',
    '/user/',
    '/user/ad',
    '/user/ada',
    '/user/adam/',
    '/hub/',
    '../..',
    '../../',
    '../../../',
    '/user/ada/..',
    '/user/ada/%2e%2e/',
    '/user/ada/.%2e/bob/',
    '\\',
    '..\\..\\',
    '/user/ada\\..\\',
    '\t/',
    '/\t',
    '/user\t/',
    'http://hub.example/',
    'https://hub.example',
    '//hub.example/',
    'https:x/../../../user/ada/',
    'http:x/../../../user/ada/',
    'https:',
    '/user//ada/',
    '//user/ada/',
    '/user/ada%2f',
    '/user/%',
    'data:text/plain,/user/ada/',
    '/user/ada/\u00e9',
    '/USER/ada/',
  ])('of %j would not', (value) => {
    expect(mayWiden(value, SCRIPT, ada)).toBe(false)
  })

  test('is judged by what a browser makes of it, whatever it is', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2E%2e',
      'user',
      'ada',
      'bob',
      'http:',
      'https:',
      'h',
      '?',
      '#',
      ' ',
      '\t',
      '@',
      ':8000',
      '%2f',
    )
    const origins = ['http://hub.example', 'https://hub.example']
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 10 }), (all) => {
        const value = all.join('')
        if (!mayWiden(value, SCRIPT, ada)) return
        for (const origin of origins) {
          const { pathname } = new URL(value, origin + SCRIPT)
          expect(pathname.replace('/%61da/', '/ada/').startsWith('/user/ada/')).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

test('a script beside the route, and not below it, could be a worker for all that lies beside it', () => {
  for (const target of ['/user/ada', '/user/ada?x=/user/ada/', '/user/%61da', '/user/%61da?y'])
    expect(isAboveRoute(target, ada)).toBe(true)
  for (const target of ['/user/ada/', SCRIPT, '/user/ada/?x', '/user/%61da/sw.js'])
    expect(isAboveRoute(target, ada)).toBe(false)
})
