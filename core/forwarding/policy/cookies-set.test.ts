import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cookieToSet, type SettingRoute } from './cookies-set.ts'
import { OwnPath } from './own-path.ts'

const ada = {
  path: new OwnPath(['user', 'ada']),
  ownHost: false,
  narrows: false,
  cookie: 'jupyterhub-user-ada',
  target: '/user/ada/lab/tree?x=/y',
}
const maySetCookie = (line: string, route: SettingRoute) => cookieToSet(line, route) === line
const onOwnHost = { ...ada, ownHost: true }

describe('a server may set', () => {
  test.each([
    'a=b; Path=/user/ada/',
    'a=b; Path=/user/ada',
    'a=b; path=/user/ada/lab; HttpOnly; Secure; SameSite=None; Partitioned',
    'a=b;PATH = /user/ada/ ; Max-Age=1',
    'a=b; Path=/user/%61da/',
    'a="x; y"; Path=/user/ada/',
    'a=b; Path=/user/ada/x; Path=/user/ada/y',
    '_xsrf=2|a|b|1; Path=/user/ada/',
    'jupyterhub-user-ada=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/user/ada/',
    'jupyterhub-user-ada-oauth-state-AbCdEfGh=x; Path=/user/ada/',
    'a=b',
    'a=b; HttpOnly',
    'a=',
  ])('%j', (line) => {
    expect(maySetCookie(line, ada)).toBe(true)
  })

  test('a cookie for all of its own host', () => {
    for (const line of [
      'a=b; Path=/',
      '__Host-jupyterhub-user-ada=x; Path=/; Secure',
      'a=b; Path=',
    ])
      expect(maySetCookie(line, onOwnHost)).toBe(true)
  })
})

describe('a server may not set', () => {
  test.each([
    'a=b; Path=/',
    'a=b; path=/ ',
    'a=b; PATH\t=\t/hub/',
    'a=b; Path=/user/bob/',
    'a=b; Path=/user/adam',
    'a=b; Path=/user/ADA/',
    'a=b; Path=/user',
    'a=b; Path=/user/ada/../bob/',
    'a=b; Path=/user/ada/%2e%2E/bob/',
    'a=b; Path=/user/ada/%2e./bob/',
    'a=b; Path=/user/ada\\..\\bob',
    'a=b; Path=/user/ada%2f..%2fbob',
    'a=b; Path=/user//ada/',
    'a=b; Path=//user/ada/',
    'a=b; Path=/user/ada/; Path=/',
    'a=b; Path=/; Path=/user/ada/',
    'a=b; Path=/user/ada/; Path="/"',
    'a="b; Path=/"',
    'a=b; Path=/user/ada/%',
    'a=b; Path=/user/ada/\u00e9',
    '__Host-a=b; Path=/; Secure',
  ])('a cookie elsewhere: %j', (line) => {
    expect(maySetCookie(line, ada)).toBe(false)
  })

  test.each([
    'a=b; Domain=hub.example; Path=/user/ada/',
    'a=b; domain =.hub.example; Path=/user/ada/',
    'a=b; Path=/user/ada/; Domain=',
    'a=b; Path=/user/ada/; Domain',
    'a=b; Domain=other.example; Domain=; Path=/user/ada/',
    '=b; Path=/user/ada/',
    'jupyterhub-hub-login; Path=/user/ada/',
    '=jupyterhub-hub-login=x; Path=/user/ada/',
    ' =x; Path=/user/ada/',
    '',
    ';',
    'a=b\u0000; Path=/user/ada/',
    'a=b; Path=/user/ada/\r',
    'a=b\u0001; Path=/user/ada/',
    'jupyterhub-hub-login=x; Path=/user/ada/',
    ' jupyterhub-hub-login =x; Path=/user/ada/',
    '__Host-jupyterhub-hub-login=x; Path=/user/ada/',
    '__host-jupyterhub-hub-login=x; Path=/user/ada/',
    'jupyterhub-session-id=x; Path=/user/ada/',
    'jupyterhub-user-bob=x; Path=/user/ada/',
    'service-grader=x; Path=/user/ada/',
    'bulkhead-known-browser=x; Path=/user/ada/',
  ])('%j, on a shared host or on its own', (line) => {
    expect([maySetCookie(line, ada), maySetCookie(line, onOwnHost)]).toEqual([false, false])
  })

  test.each([
    'a=b',
    'a=b; Path=',
    'a=b; Path',
    'a=b; Path=user/ada/',
    'a=b; Path=/user/ada/; Path=x',
  ])('%j where the folder of the address is above the route', (line) => {
    expect(maySetCookie(line, ada)).toBe(true)
    for (const target of ['/user/ada', '/user/ada?x=/user/ada/y', '/user/%61da'])
      expect(maySetCookie(line, { ...ada, target })).toBe(false)
  })

  test('a path that is too long to count, where the folder is above the route', () => {
    const line = `a=b; Path=/user/ada/${'x'.repeat(1100)}`
    expect(maySetCookie(line, ada)).toBe(true)
    expect(maySetCookie(line, { ...ada, target: '/user/ada' })).toBe(false)
  })
})

test.each([
  ['a=b; Path=/', 'a=b; Path=/user/ada/'],
  [
    'a="b;c"; Path=/; HttpOnly;path=/hub/;  SameSite=Lax',
    'a="b;c"; HttpOnly;  SameSite=Lax; Path=/user/ada/',
  ],
  [
    'jupyterhub-user-ada-oauth-state=x; path=',
    'jupyterhub-user-ada-oauth-state=x; Path=/user/ada/',
  ],
  ['a=b; Path=/user/ada/x', 'a=b; Path=/user/ada/x'],
  ['a=b; Path=/; Domain=hub.example', undefined],
  ['jupyterhub-hub-login=b; Path=/', undefined],
  ['=b; Path=/', undefined],
])('where a route narrows cookies, %j passes as %j', (line, passed) => {
  expect(cookieToSet(line, { ...ada, target: '/user/ada', narrows: true })).toBe(passed)
})

/** A browser of the simplest kind that follows RFC 6265bis: the path and the domain that a cookie gets. */
function asBrowser(line: string, target: string): { path: string; domain: string | undefined } {
  const [, ...attributes] = line.split(';')
  let [path, domain]: (string | undefined)[] = [undefined, undefined]
  for (const attribute of attributes) {
    const [, name = '', value = ''] =
      /^[ \t]*([^=]*?)[ \t]*(?:=[ \t]*(.*?)[ \t]*)?$/s.exec(attribute) ?? []
    if (value.length > 1024) continue
    if (name.toLowerCase() === 'path') path = value.startsWith('/') ? value : undefined
    if (name.toLowerCase() === 'domain') domain = value
  }
  const folder = (target.split('?')[0] ?? '').replace(/\/[^/]*$/, '')
  return { path: path ?? (folder === '' ? '/' : folder), domain }
}

test('no cookie that may be set reaches an address that is another’s', () => {
  const paths = fc.constantFrom(
    '/',
    '',
    '/user',
    '/user/',
    '/user/ada',
    '/user/ada/',
    '/user/ada/lab',
    '/user/bob/',
    '/user/adam',
    '/hub/',
    'x',
    '"/"',
    '/user/ada/../bob',
    '/user/%61da',
  )
  const attribute = fc
    .tuple(
      fc.constantFrom('Path', ' path', 'PATH ', '\tPath\t', 'Domain', 'Secure', 'xPath'),
      fc.constantFrom('=', ' = ', ''),
      paths,
    )
    .map((all) => all.join(''))
  const targets = fc.constantFrom('/user/ada', '/user/ada/', '/user/ada/lab', '/user/ada/a/b?c=/d')
  fc.assert(
    fc.property(
      fc.array(attribute, { maxLength: 4 }),
      targets,
      fc.boolean(),
      (attributes, target, narrows) => {
        const line = ['a=b', ...attributes].join(';')
        const passed = cookieToSet(line, { ...ada, target, narrows })
        expect(passed === undefined || passed === line || narrows).toBe(true)
        if (passed === undefined) return
        const { path, domain } = asBrowser(passed, target)
        expect(domain).toBeUndefined()
        for (const url of ['/', '/hub/home', '/user', '/user/bob/', '/user/adam', '/user/adam/x'])
          expect(
            url === path ||
              (url.startsWith(path) && (path.endsWith('/') || url[path.length] === '/')),
          ).toBe(false)
      },
    ),
    { numRuns: 3000 },
  )
})
