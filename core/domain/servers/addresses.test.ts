import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { foldName } from '#core/base/folded-name.ts'

import { Addresses } from './addresses.ts'
import { labelOfService, labelOfUser } from './host-label.ts'

/** Names as they are stored: folded, of every script. */
const names = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('abxn-0.é@ ßς中')),
      minLength: 1,
      maxLength: 12,
    }),
    fc.constantFrom(
      'xn',
      'u-ada--1234567',
      'xn--jos-dma',
      'ada--service',
      '١٢٣',
      '123',
      'ﬁx',
      'fix',
    ),
  )
  .map(foldName)
  .filter((folded) => 'name' in folded)
  .map(({ name }) => name)

describe('labels', () => {
  test.each([
    ['ada', 'ada'],
    ['a-b2', 'a-b2'],
    ['josé', 'xn--jos-dma'],
    ['中文', 'xn--fiq228c'],
    ['ada--x', 'u-adax--6243242'],
    ['xn--jos-dma', 'u-xnjosdma--253da41'],
    ['ada.lovelace@uni.edu', 'u-adalovel--2b8d3b5'],
    ['123', 'u-123--a665a45'],
    ['-', 'u-x--3973e02'],
    ['a'.repeat(64), 'u-aaaaaaaa--ffe054f'],
  ])('%s becomes %s', (name, label) => {
    expect(labelOfUser(name)).toBe(label)
  })

  test.each([
    ['whoami', 'whoami--service'],
    ['xn', 'u-xn--ce48278--service'],
    ['my_service', 'u-myservic--b7067a6--service'],
    ['a'.repeat(55), 'u-aaaaaaaa--9f4390f--service'],
  ])('the service %s gets %s', (name, label) => {
    expect(labelOfService(name)).toBe(label)
  })

  test('are valid in DNS, and read back as they are by what reads addresses', () => {
    fc.assert(
      fc.property(names, (name) => {
        for (const label of [labelOfUser(name), labelOfService(name)]) {
          expect(label).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
          expect(new URL(`http://${label}.hub.example/`).hostname).toBe(`${label}.hub.example`)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('no two people or services share one', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(one !== other)
        const all = [one, other].flatMap((name) => [labelOfUser(name), labelOfService(name)])
        expect(new Set(all).size).toBe(4)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('without subdomains', () => {
  const addresses = new Addresses({ publicUrl: 'http://hub.example:8000', subdomains: false })

  test('everything is a path on the hub’s host', () => {
    const id = { user: 'josé', name: '' }
    expect(addresses.urlOf(id)).toBe('/user/jos%C3%A9/')
    expect(addresses.fullUrlOf(id)).toBe('http://hub.example:8000/user/jos%C3%A9/')
    expect(addresses.routeOf('/user/jos%C3%A9/')).toBe('/user/jos%C3%A9/')
    expect(addresses.locate('/user/ada/lab')).toBe('/user/ada/lab')
    expect(addresses.hosts).toEqual(['hub.example'])
    expect([addresses.hubHost, addresses.cookieDomain, addresses.wildcard]).toEqual([
      '',
      undefined,
      undefined,
    ])
    expect(addresses.isOurs('http://ada.hub.example:8000')).toBe(false)
  })
})

describe('with subdomains', () => {
  const addresses = new Addresses({ publicUrl: 'https://hub.example:8443', subdomains: true })

  test('a server is on its owner’s host, and so is its route', () => {
    const id = { user: 'josé', name: 'gpu' }
    expect(addresses.urlOf(id)).toBe('https://xn--jos-dma.hub.example:8443/user/jos%C3%A9/gpu/')
    expect(addresses.fullUrlOf(id)).toBe(addresses.urlOf(id))
    expect(addresses.routeOf('/user/jos%C3%A9/gpu/')).toBe(
      '/xn--jos-dma.hub.example/user/jos%C3%A9/gpu/',
    )
    expect(addresses.routeOf('/services/whoami/')).toBe(
      '/whoami--service.hub.example/services/whoami/',
    )
    expect(addresses.routeOf('/')).toBe('/hub.example/')
    expect(addresses.wildcard).toBe('https://*.hub.example:8443')
    expect(addresses.hosts).toEqual(['hub.example', '*.hub.example'])
  })

  test.each([
    ['/user/ada/lab?x=/user/bob', 'https://ada.hub.example:8443/user/ada/lab?x=/user/bob'],
    ['/user/Jos%C3%A9', 'https://xn--jos-dma.hub.example:8443/user/Jos%C3%A9'],
    ['/services/whoami/', 'https://whoami--service.hub.example:8443/services/whoami/'],
    ['/hub/home', '/hub/home'],
    ['/user/', '/user/'],
    ['/user/%zz/', '/user/%zz/'],
    ['/user/..%2f/', '/user/..%2f/'],
  ])('%s is at %s', (path, place) => {
    expect(addresses.locate(path)).toBe(place)
  })

  test.each([
    ['https://hub.example:8443', true],
    ['https://ada.hub.example:8443', true],
    ['http://ada.hub.example:8443', false],
    ['https://ada.hub.example', false],
    ['https://a.b.hub.example:8443', false],
    ['https://evilhub.example:8443', false],
    ['https://hub.example.evil:8443', false],
    ['nonsense', false],
  ])('%s is ours: %s', (origin, is) => {
    expect(addresses.isOurs(origin)).toBe(is)
  })
})

test.each([
  ['https://hub.example', true, true],
  ['http://hub.example', true, false],
  ['https://hub.example', false, false],
])(
  'credentials are kept for one host alone by https, where each thing has one: %s, subdomains %s',
  (publicUrl, subdomains, keeps) => {
    expect(new Addresses({ publicUrl, subdomains }).keepsHostCookies).toBe(keeps)
  },
)
