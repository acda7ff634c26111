import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cookiesFor } from './cookies-sent.ts'
import { pieces } from './testing/cookie-pieces.ts'
import { readAsSimpleCookie, readAsTornado } from './testing/cookie-readers.ts'
import { ownerOfCookie } from './hub-cookies.ts'

const OWN = 'jupyterhub-user-ada'
/** SimpleCookie takes an equals sign into a name where it finds no value; no cookie is named so. */
const untilEquals = (name: string) => name.split('=', 1)[0] ?? ''
/** As Tornado signs it: the name stands in the value again, and so does an equals sign. */
const SIGNED = `"2|1:0|10:1790000000|19:jupyterhub-user-ada|8:YWJjZA==|${'0f'.repeat(32)}"`

describe('what a server gets of its visitor’s cookies', () => {
  test.each([
    ['its own', `${OWN}=${SIGNED}; _xsrf=x`],
    ['the one of a sign-in that is on its way', `${OWN}-oauth-state=a`],
    ['those of several at once', `${OWN}-oauth-state-AbCdEfGh=a; ${OWN}=b`],
    ['its own for one host alone', `__Host-${OWN}=${SIGNED}`],
    ['the id of the session', 'jupyterhub-session-id=1; _xsrf=2'],
    ['those of programs behind it', 'theme=dark; username-localhost-8888=x; user=service'],
    ['oddities, as they are', 'a=b ;; c ;"d; e" ; x-jupyterhub-hub-login=1'],
  ])('is %s', (_what, header) => {
    expect(cookiesFor(OWN, header)).toBe(header)
  })

  test.each([
    'jupyterhub-hub-login=secret',
    '__Host-jupyterhub-hub-login=secret',
    '__Secure-jupyterhub-hub-login=secret',
    'jupyterhub-services=secret',
    'jupyterhub-user-bob=secret',
    'jupyterhub-user-ada-gpu=secret',
    'jupyterhub-user-ada%2Db=secret',
    'jupyterhub-user-bob-oauth-state=secret',
    '__Host-jupyterhub-user-bob=secret',
    'service-grader=secret',
    'bulkhead-known-browser=secret',
    ' jupyterhub-hub-login =secret',
    '\tjupyterhub-hub-login\t= secret',
    '\u00a0jupyterhub-hub-login=secret',
    'jupyterhub-hub-login\u0085=secret',
    'jupyterhub-hub-login="secret"',
    'jupyterhub-hub-login==secret',
    'x=1 jupyterhub-hub-login=secret',
    'x="1" jupyterhub-hub-login = secret',
    'x="1"jupyterhub-hub-login=secret',
    '"jupyterhub-hub-login=secret',
  ])('is never %j', (piece) => {
    for (const header of [piece, `a=b;${piece}`, `${piece};a=b`, `a=b;${piece};${OWN}=c; d=e`])
      expect(cookiesFor(OWN, header)).not.toContain('secret')
  })

  test('is what is left when something is taken out, in its order', () => {
    const header = `a=1; jupyterhub-hub-login=x; ${OWN}=${SIGNED};b=2;service-x=y; a=3`
    expect(cookiesFor(OWN, header)).toBe(`a=1; ${OWN}=${SIGNED};b=2; a=3`)
    expect(cookiesFor(OWN, 'service-x=y;jupyterhub-user-bob=z')).toBe('')
  })

  test('does not depend on quotation marks, in which a semicolon means nothing to browsers', () => {
    const header = 'a="1; jupyterhub-hub-login=secret; b=2"'
    expect(cookiesFor(OWN, header)).toBe('a="1; b=2"')
  })
})

test('whatever is sent, no reader finds a name that is to be kept back, and none misses another', () => {
  fc.assert(
    fc.property(pieces, fc.constantFrom(';', '; ', ' ; '), (sent, joint) => {
      const passed = cookiesFor(OWN, sent.join(joint))
      for (const name of [...readAsTornado(passed).keys(), ...readAsSimpleCookie(passed).keys()])
        expect(['hub', 'other']).not.toContain(ownerOfCookie(untilEquals(name), OWN))
      const plain = sent.filter((piece) => /^(?:_xsrf|a|jupyterhub-session-id)=\w*$/.test(piece))
      const given = passed.split(';').map((piece) => piece.trim())
      for (const piece of plain) expect(given).toContain(piece)
    }),
    { numRuns: 2000 },
  )
})

test('what is passed on is passed on as it is by a second proxy', () => {
  fc.assert(
    fc.property(pieces, (sent) => {
      const once = cookiesFor(OWN, sent.join('; '))
      expect(cookiesFor(OWN, once)).toBe(once)
    }),
  )
})
