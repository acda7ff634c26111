import { describe, expect, test } from 'vitest'

import { DEFAULT_FORWARDING, type ForwardingOptions } from './forwarding-options.ts'
import { headerOf, type Peer } from './message.ts'
import { ReadHead, ReadResponse } from './read-head.ts'
import { Routes } from './routes.ts'
import { shapeRequest, shapeTarget } from './shape-request.ts'
import { shapeResponse } from './shape-response.ts'
import { parseTarget } from './target.ts'

const PEER: Peer = { address: '10.1.2.3', secure: false, trusted: false, localPort: 8000 }

function routeTo(target: string, prefix = '/user/ada', byHost = false) {
  const now = new Date()
  const routes = new Routes(undefined, now, { byHost })
  const parsed = parseTarget(target)
  if (!parsed) throw new Error('it is one')
  routes.set(prefix, parsed, { data: {}, now })
  const route = routes.get(prefix)
  if (!route) throw new Error('it was added')
  return route
}

function head(headers: readonly string[], peer: Partial<Peer> = {}): ReadHead {
  return new ReadHead({
    method: 'GET',
    target: '/user/ada/x',
    headers: ['Host', 'hub.example:8000', ...headers],
    peer: { ...PEER, ...peer },
    version: '1.1',
  })
}

const shaped = (
  headers: readonly string[],
  options: Partial<ForwardingOptions> = {},
  peer: Partial<Peer> = {},
) =>
  shapeRequest(head(headers, peer), routeTo('http://127.0.0.1:9000'), {
    ...DEFAULT_FORWARDING,
    ...options,
  })

const FORWARDED = [
  'X-Forwarded-For',
  '10.1.2.3',
  'X-Forwarded-Proto',
  'http',
  'X-Forwarded-Host',
  'hub.example:8000',
  'X-Forwarded-Port',
  '8000',
]

describe('a request’s headers', () => {
  test('go on in their order and their letters, with our word on where they came from', () => {
    expect(shaped(['accept', 'a', 'X-Own', 'b'])).toEqual([
      'Host',
      'hub.example:8000',
      'accept',
      'a',
      'X-Own',
      'b',
      ...FORWARDED,
    ])
  })

  test.each([
    'Forwarded',
    'X-Forwarded-For',
    'x_forwarded_for',
    'X-FORWARDED_PROTO',
    'X-Forwarded-Prefix',
    'X-Real-IP',
    'X_Real_Ip',
    'X-Scheme',
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
  ])('do not go on as %s', (name) => {
    expect(shaped([name, 'forged'])).not.toContain('forged')
  })

  test('that "Connection" names do not go on, but for those that must', () => {
    const connection = 'close, X-Own ,HOST,cookie,authorization, content-length,x-forwarded-for'

    expect(
      shaped(['Connection', connection, 'x-own', '1', 'Cookie', 'c', 'Authorization', 'a']),
    ).toEqual(['Host', 'hub.example:8000', 'Cookie', 'c', 'Authorization', 'a', ...FORWARDED])
  })

  test('of a listed proxy keep what makes sense of its word', () => {
    const said = [
      'X-Forwarded-For',
      '6.6.6.6, 7.7.7.7',
      'X-Forwarded-For',
      'evil value!, 8.8.8.8',
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'public.example',
      'X-Forwarded-Port',
      'x',
    ]

    const headers = shaped(said, {}, { trusted: true })

    expect(headerOf(headers, 'x-forwarded-for')).toBe('6.6.6.6, 7.7.7.7, 8.8.8.8, 10.1.2.3')
    expect(headerOf(headers, 'x-forwarded-proto')).toBe('https')
    expect(headerOf(headers, 'x-forwarded-host')).toBe('public.example')
    expect(headerOf(headers, 'x-forwarded-port')).toBe('443')
    expect(headers.filter((name) => name.toLowerCase() === 'x-forwarded-for')).toHaveLength(1)
  })

  test('are changed as configurable-http-proxy’s options say', () => {
    expect(shaped([], { xForward: false })).toEqual(['Host', 'hub.example:8000'])
    expect(headerOf(shaped([], { changeOrigin: true }), 'host')).toBe('127.0.0.1:9000')
    const custom = shaped(['x-own', 'theirs'], { customHeaders: ['X-Own', 'ours'] })
    expect(custom.slice(-2)).toEqual(['X-Own', 'ours'])
    expect(custom).not.toContain('theirs')
  })
})

describe('what is asked of the server', () => {
  test.each([
    ['http://a', {}, '/user/ada/x?y=1', '/user/ada/x?y=1'],
    ['http://a/base', {}, '/user/ada/x?y=1', '/base/user/ada/x?y=1'],
    ['http://a/base/?t=1', {}, '/user/ada/x?y=1', '/base/user/ada/x?t=1&y=1'],
    ['http://a/base', { prependPath: false }, '/user/ada/x', '/user/ada/x'],
    ['http://a', { includePrefix: false }, '/user/ada/x?y', '/x?y'],
    ['http://a', { includePrefix: false }, '/user/ada', '/'],
    ['http://a', { includePrefix: false }, '/user//ada//x', '/x'],
    ['http://a', { includePrefix: false }, '/user/%61da/x', '/x'],
    ['http://a/base', { includePrefix: false }, '/user/ada', '/base'],
    ['http+unix://%2Fs/base', { includePrefix: false }, '/user/ada/', '/base/'],
  ])('for %s with %j, %s becomes %s', (target, options, asked, expected) => {
    const route = routeTo(target)

    expect(
      shapeTarget(asked, { route, byHost: false }, { ...DEFAULT_FORWARDING, ...options }),
    ).toBe(expected)
  })

  test('leaves a host that is the first segment of the prefix out of account', () => {
    const route = routeTo('http://a', '/ada.hub.example/user/ada', true)
    const options = { ...DEFAULT_FORWARDING, includePrefix: false }

    expect(shapeTarget('/user/ada/x', { route, byHost: true }, options)).toBe('/x')
  })
})

describe('an answer’s headers', () => {
  const answer = (
    headers: readonly string[],
    options: Partial<ForwardingOptions> = {},
    status = 302,
  ) =>
    shapeResponse(new ReadResponse(status, '', headers), head([]), {
      route: routeTo('http://127.0.0.1:9000'),
      options: { ...DEFAULT_FORWARDING, ...options },
    })

  test('go on but for those that speak to us', () => {
    expect(
      answer([
        'A',
        'b',
        'Connection',
        'x-own',
        'X-Own',
        'c',
        'Keep-Alive',
        'd',
        'Upgrade',
        'h2c',
        'X-Forwarded-For',
        'e',
      ]),
    ).toEqual(['A', 'b', 'X-Forwarded-For', 'e'])
  })

  test.each([
    ['http://127.0.0.1:9000/y?z', {}, 'http://127.0.0.1:9000/y?z'],
    ['http://127.0.0.1:9000/y?z', { autoRewrite: true }, 'http://hub.example:8000/y?z'],
    ['http://127.0.0.1:9000/y', { protocolRewrite: 'https' }, 'https://127.0.0.1:9000/y'],
    ['http://elsewhere:9000/y', { autoRewrite: true }, 'http://elsewhere:9000/y'],
    ['/y', { autoRewrite: true, protocolRewrite: 'https' }, '/y'],
  ] as const)('that say Location: %s with %j say %s', (location, options, expected) => {
    expect(answer(['Location', location], options)).toEqual(['Location', expected])
  })

  test('are not rewritten where nothing is redirected', () => {
    const location = ['Location', 'http://127.0.0.1:9000/']

    expect(answer(location, { autoRewrite: true }, 200)).toEqual(location)
  })
})
