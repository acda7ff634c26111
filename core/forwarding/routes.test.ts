import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readPath, readSlowly } from './request-path.ts'
import { RouteTrie } from './route-trie.ts'
import { fingerprintOf } from './credentials.ts'
import { EndedCredentials } from './ended-credentials.ts'
import { Routes } from './routes.ts'
import { parseTarget } from './target.ts'

const now = new Date('2030-01-01T00:00:00Z')
const target = (port: number) => ({ kind: 'tcp', host: '127.0.0.1', port }) as const
const segment = fc.oneof(
  fc.constantFrom('user', 'ada', '__proto__', 'constructor', 'toString', 'é', '🦉', ''),
  fc.string({ maxLength: 4 }),
)

describe('the trie', () => {
  test('finds the longest prefix, whatever segments are called', () => {
    const paths = fc.array(fc.array(segment, { maxLength: 4 }), { maxLength: 12 })
    fc.assert(
      fc.property(paths, fc.array(segment, { maxLength: 6 }), (prefixes, path) => {
        const trie = new RouteTrie<string>()
        for (const prefix of prefixes) trie.set(prefix, JSON.stringify(prefix))

        const longest = prefixes
          .filter((prefix) => prefix.every((part, i) => part === path[i]))
          .toSorted((a, b) => b.length - a.length)[0]

        expect(trie.find(path)).toBe(longest && JSON.stringify(longest))
      }),
    )
  })

  test('forgets what is deleted, and only that', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.array(segment, { maxLength: 4 }), {
          minLength: 1,
          maxLength: 8,
          selector: JSON.stringify,
        }),
        (prefixes) => {
          const trie = new RouteTrie<string>()
          for (const prefix of prefixes) trie.set(prefix, JSON.stringify(prefix))
          const [gone = [], ...kept] = prefixes

          expect(trie.delete(gone)).toBe(JSON.stringify(gone))
          expect(trie.delete(gone)).toBeUndefined()

          for (const prefix of kept) expect(trie.find(prefix)).toBe(JSON.stringify(prefix))
          expect(trie.find(gone)).not.toBe(JSON.stringify(gone))
        },
      ),
    )
  })
})

describe('the reading of a path', () => {
  test.each([
    ['/', []],
    ['/user/ada/', ['user', 'ada']],
    ['/user/jos%C3%A9/lab?x=../..', ['user', 'josé', 'lab']],
    ['/user//ada', ['user', 'ada']],
    ['/files/a%2Fb', ['files', 'a/b']],
  ])('%s is read as %j', (path, segments) => {
    expect(readPath(path)).toEqual(segments)
  })

  test.each([
    '/user/../hub',
    '/user/./x',
    '/user/%2e%2e/hub',
    '/user/.%2E/hub',
    '//evil/x',
    '/a\\b',
    '/a%00b',
    '/a%0d%0ab',
    '/%',
    '/%zz',
    '/%ff',
    '/é',
    'http://x/',
    '*',
    '',
    'x',
    '/a%2f..%2fb',
    '/a%5c..%5cb',
    '/a b',
    '/a#b',
  ])('%s is refused', (path) => {
    expect(readPath(path)).toBeUndefined()
  })

  test('is the same the short way and the long way', () => {
    const part = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      'a',
      '~',
      ';',
      '\\',
      '?',
      'é',
      ' ',
      '%',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (path) => {
          for (const target of [path, `/${path}`])
            expect(readPath(target)).toEqual(readSlowly(target))
        },
      ),
    )
  })

  test('no accepted path has a segment that leads upwards, by either reading', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => `/${text}`),
        (path) => {
          const parts = (readPath(path) ?? []).flatMap((part) => part.split(/[/\\]/))
          expect(parts).not.toContain('..')
        },
      ),
    )
  })
})

describe('the table of routes', () => {
  test('what has no route goes to the default target, or nowhere', () => {
    expect(new Routes(target(1), now).find('/x', 'hub.example')).toMatchObject({
      target: target(1),
    })
    expect(new Routes(undefined, now).find('/x', 'hub.example')).toBe('nowhere')
  })

  test('a prefix ends at a segment’s border', () => {
    const routes = new Routes(target(1), now)
    routes.set('/user/ada/', target(2), { data: {}, now })

    expect(routes.find('/user/ada', 'hub.example')).toMatchObject({ target: target(2) })
    expect(routes.find('/user/ada/lab', 'hub.example')).toMatchObject({ target: target(2) })
    expect(routes.find('/user/adam', 'hub.example')).toMatchObject({ target: target(1) })
  })

  test('an encoded slash that would lead elsewhere when decoded is refused, and a harmless one is not', () => {
    const routes = new Routes(target(1), now)
    routes.set('/user/ada/', target(2), { data: {}, now })

    expect(routes.find('/user%2Fada/lab', 'hub.example')).toBe('refused')
    expect(routes.find('/user/ada%2Fx', 'hub.example')).toBe('refused')
    expect(routes.find('/user/ada/files/a%2Fb', 'hub.example')).toMatchObject({ target: target(2) })
  })

  test('a route that goes takes its live connections along, and counts them', () => {
    const routes = new Routes(undefined, now)
    routes.set('/user/ada/', target(2), { data: {}, now })
    const route = routes.get('/user/ada')
    let closed = 0
    for (let i = 0; i < 3; i++)
      route?.live.add({ isWebsocket: false, close: () => closed++, credentials: () => [] })

    expect(routes.delete('/user/ada/')).toBe(3)
    expect(routes.delete('/user/ada/')).toBeUndefined()
    expect(closed).toBe(3)
  })

  test('setting the same target again leaves connections alone; another target closes them', () => {
    const routes = new Routes(undefined, now)
    let closed = 0
    routes.set('/a', target(2), { data: {}, now })
    routes.get('/a')?.live.add({ isWebsocket: false, close: () => closed++, credentials: () => [] })

    routes.set('/a', target(2), { data: { user: 'ada' }, now })
    expect(closed).toBe(0)
    routes.set('/a', target(3), { data: {}, now })
    expect(closed).toBe(1)
  })
})

describe('with hosts', () => {
  test('a host of its own is a wall: the same path elsewhere goes to the default target', () => {
    const routes = new Routes(target(1), now, { byHost: true })
    routes.set('/ada.hub.example/user/ada/', target(2), { data: {}, now })

    expect(routes.find('/user/ada/lab', 'ada.hub.example')).toMatchObject({ target: target(2) })
    expect(routes.find('/user/ada/lab', 'bob.hub.example')).toMatchObject({ target: target(1) })
    expect(routes.find('/user/ada/lab', 'hub.example')).toMatchObject({ target: target(1) })
    expect(routes.find('/ada.hub.example/user/ada/', 'hub.example')).toMatchObject({
      target: target(1),
    })
  })
})

describe('closing connections', () => {
  const [mine, hers] = ['a'.repeat(64), 'b'.repeat(64)]

  /** Two routes, each with a connection of mine and one of hers. */
  function busy() {
    const routes = new Routes(target(1), now)
    const closed: string[] = []
    for (const prefix of ['/user/ada', '/user/bob']) {
      routes.set(prefix, target(2), { data: {}, now })
      for (const credential of [mine, hers]) {
        routes.get(prefix)?.live.add({
          isWebsocket: false,
          close: (why) => closed.push(`${prefix} ${credential[0]} ${why}`),
          credentials: () => [fingerprintOf(credential)],
        })
      }
    }
    return { routes, closed }
  }

  test('of a person takes his own, on one route or on all', () => {
    const { routes, closed } = busy()

    expect(routes.close({ prefix: '/user/ada/', credentials: [mine] })).toBe(1)
    expect(closed).toEqual(['/user/ada a access ended'])
    expect(routes.close({ prefix: null, credentials: [mine] })).toBe(1)
    expect(closed).toEqual(['/user/ada a access ended', '/user/bob a access ended'])
    expect(routes.close({ prefix: null, credentials: [mine] })).toBe(0)
  })

  test('of a person leaves alone what goes to the default target: the request that signs him out', () => {
    const { routes, closed } = busy()
    routes.fallback?.live.add({
      isWebsocket: false,
      close: () => closed.push('/'),
      credentials: () => [fingerprintOf(mine)],
    })

    expect(routes.close({ prefix: null, credentials: [mine] })).toBe(2)
    expect(closed).not.toContain('/')
    expect(routes.close({ prefix: '/', credentials: [mine] })).toBe(1)
  })

  test('of a route takes all of it and nothing else; of no route, nothing', () => {
    const { routes } = busy()

    expect(routes.close({ prefix: '/user/ada/', credentials: null })).toBe(2)
    expect(routes.close({ prefix: '/user/eve/', credentials: null })).toBe(0)
    expect(routes.close({ prefix: null, credentials: [mine, hers] })).toBe(2)
  })

  test('keeps what has ended from coming in again, there and for a while; the default target is open to all', () => {
    const { routes } = busy()
    const [ada, bob] = ['/user/ada', '/user/bob'].map((prefix) => routes.get(prefix))
    const shows = (credential: string) => () => [fingerprintOf(credential)]
    if (!ada || !bob || !routes.fallback) throw new Error('they were added')

    routes.close({ prefix: '/user/ada/', credentials: [mine] })
    expect(routes.isEnded(ada, shows(mine))).toBe(true)
    expect(routes.isEnded(ada, shows(hers))).toBe(false)
    expect(routes.isEnded(bob, shows(mine))).toBe(false)
    routes.close({ prefix: null, credentials: [mine] })
    expect(routes.isEnded(bob, shows(mine))).toBe(true)
    expect(routes.isEnded(routes.fallback, shows(mine))).toBe(false)
  })

  test('remembers for ten seconds', () => {
    const ended = new EndedCredentials()
    ended.add(null, [mine], 0)
    ended.add('/a', [mine], 5000)

    expect(ended.has('/b', [fingerprintOf(mine)], 9999)).toBe(true)
    expect(ended.has('/b', [fingerprintOf(mine)], 10_000)).toBe(false)
    expect(ended.has('/a', [fingerprintOf(mine)], 14_999)).toBe(true)
    expect(ended.has('/a', [fingerprintOf(mine)], 15_000)).toBe(false)
    expect(ended.isEmpty).toBe(true)
  })
})

describe('a target', () => {
  test.each([
    ['http://127.0.0.1:8888', { kind: 'tcp', host: '127.0.0.1', port: 8888 }],
    ['http://[::1]:80/', { kind: 'tcp', host: '::1', port: 80 }],
    ['http+unix://%2Frun%2Fx.sock', { kind: 'unix', path: '/run/x.sock', owner: 7 }],
    [
      'http+unix://%2Frun%2Fx.sock/hub?a=1',
      { kind: 'unix', path: '/run/x.sock', owner: 7, basePath: '/hub', baseQuery: 'a=1' },
    ],
  ])('%s is read', (text, expected) => {
    expect(parseTarget(text, 7)).toEqual(expected)
  })

  test('https is kept in mind, and where to connect to, when that is said', () => {
    expect(parseTarget('https://a')).toEqual({ kind: 'tcp', host: 'a', port: 443, secure: true })
    expect(parseTarget('http://a:1/x', null, '10.0.0.1')).toEqual({
      kind: 'tcp',
      host: 'a',
      port: 1,
      address: '10.0.0.1',
      basePath: '/x',
    })
  })

  test.each([
    '',
    'x',
    'ftp://a',
    'file:///etc/passwd',
    'http+unix://relative',
    'http+unix://%zz',
    'javascript:1',
  ])('%s is none', (text) => {
    expect(parseTarget(text)).toBeUndefined()
  })
})
