import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readPath } from './request-path.ts'
import { RouteTrie } from './route-trie.ts'
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
    expect(new Routes(target(1), now).find('/x')).toMatchObject({ target: target(1) })
    expect(new Routes(undefined, now).find('/x')).toBe('nowhere')
  })

  test('a prefix ends at a segment’s border', () => {
    const routes = new Routes(target(1), now)
    routes.set('/user/ada/', target(2), { data: {}, now })

    expect(routes.find('/user/ada')).toMatchObject({ target: target(2) })
    expect(routes.find('/user/ada/lab')).toMatchObject({ target: target(2) })
    expect(routes.find('/user/adam')).toMatchObject({ target: target(1) })
  })

  test('an encoded slash that would lead elsewhere when decoded is refused, and a harmless one is not', () => {
    const routes = new Routes(target(1), now)
    routes.set('/user/ada/', target(2), { data: {}, now })

    expect(routes.find('/user%2Fada/lab')).toBe('refused')
    expect(routes.find('/user/ada%2Fx')).toBe('refused')
    expect(routes.find('/user/ada/files/a%2Fb')).toMatchObject({ target: target(2) })
  })

  test('a route that goes takes its live connections along, and counts them', () => {
    const routes = new Routes(undefined, now)
    routes.set('/user/ada/', target(2), { data: {}, now })
    const route = routes.get('/user/ada')
    let closed = 0
    for (let i = 0; i < 3; i++) route?.live.add({ close: () => closed++ })

    expect(routes.delete('/user/ada/')).toBe(3)
    expect(routes.delete('/user/ada/')).toBeUndefined()
    expect(closed).toBe(3)
  })

  test('setting the same target again leaves connections alone; another target closes them', () => {
    const routes = new Routes(undefined, now)
    let closed = 0
    routes.set('/a', target(2), { data: {}, now })
    routes.get('/a')?.live.add({ close: () => closed++ })

    routes.set('/a', target(2), { data: { user: 'ada' }, now })
    expect(closed).toBe(0)
    routes.set('/a', target(3), { data: {}, now })
    expect(closed).toBe(1)
  })
})

describe('a target', () => {
  test.each([
    ['http://127.0.0.1:8888', { kind: 'tcp', host: '127.0.0.1', port: 8888 }],
    ['http://[::1]:80/x', { kind: 'tcp', host: '::1', port: 80 }],
    ['http+unix://%2Frun%2Fx.sock/hub', { kind: 'unix', path: '/run/x.sock', owner: 7 }],
  ])('%s is read', (text, expected) => {
    expect(parseTarget(text, 7)).toEqual(expected)
  })

  test.each([
    '',
    'x',
    'https://a',
    'file:///etc/passwd',
    'http+unix://relative',
    'http+unix://%zz',
    'javascript:1',
  ])('%s is none', (text) => {
    expect(parseTarget(text)).toBeUndefined()
  })
})
