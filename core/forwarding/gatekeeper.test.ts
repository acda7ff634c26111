import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'

import { DEFAULT_CROWD, Gatekeeper, type CrowdLimits } from './gatekeeper.ts'
import { type LiveConnection, LiveConnections } from './live-connections.ts'
import type { ForwardingRoute } from './routes.ts'
import { ReadHead, ReadResponse } from './read-head.ts'

const routeOf = (prefix: string): ForwardingRoute => ({
  prefix,
  target: { kind: 'tcp', host: 'x', port: 1 },
  data: {},
  policy: undefined,
  live: new LiveConnections(),
  lastActivity: 0,
  lastUse: 0,
})
const HUB = routeOf('/')
const ADA = routeOf('/user/ada')
const isTrusted = (address: string) => address.startsWith('10.')
const peerOf = (address: string) => ({
  address,
  secure: false,
  trusted: isTrusted(address),
  localPort: 80,
})
let now: number

beforeEach(() => {
  now = 0
})

const gateOf = (limits: Partial<CrowdLimits> = {}) =>
  new Gatekeeper({
    limits: { ...DEFAULT_CROWD, ...limits },
    isTrusted,
    isHub: (route) => route === HUB,
    now: () => now,
  })

const asking = (address: string, method = 'GET', target = '/hub/login', told?: string) =>
  new ReadHead({
    method,
    target,
    headers: told === undefined ? [] : ['X-Forwarded-For', told],
    peer: peerOf(address),
    version: '1.1',
  })

const said = (signIn: string, status = 403) =>
  new ReadResponse(status, '', signIn === '' ? [] : ['Bulkhead-Sign-In', signIn])

const live = (): LiveConnection => ({
  isWebsocket: true,
  close: () => undefined,
  credentials: () => [],
})

describe('connections', () => {
  test('are refused when there are too many in all, until one is closed', () => {
    const gate = gateOf({ connections: 2 })
    expect(gate.connected(peerOf('203.0.113.1'))).toBeUndefined()
    expect(gate.connected(peerOf('203.0.113.2'))).toBeUndefined()
    expect(gate.connected(peerOf('203.0.113.3'))).toMatchObject({ status: 503, reason: 'limit' })
    gate.disconnected(peerOf('203.0.113.1'))
    expect(gate.connected(peerOf('203.0.113.3'))).toBeUndefined()
  })

  test('of one address are limited, and a /64 of IPv6 is one', () => {
    const gate = gateOf({ connectionsPerAddress: 1 })
    expect(gate.connected(peerOf('2001:db8::1'))).toBeUndefined()
    expect(gate.connected(peerOf('2001:db8::ffff:2'))).toMatchObject({ status: 429, retryAfter: 5 })
    expect(gate.connected(peerOf('2001:db8:0:1::1'))).toBeUndefined()
    expect(gate.connected(peerOf('203.0.113.1'))).toBeUndefined()
  })

  test('by a unix socket, and of proxies that are believed, have the limit of all connections alone', () => {
    const gate = gateOf({ connectionsPerAddress: 1 })
    for (let i = 0; i < 10; i++) {
      expect(gate.connected(peerOf(''))).toBeUndefined()
      expect(gate.connected(peerOf('10.0.0.1'))).toBeUndefined()
    }
  })

  test('leave nothing behind when they are closed, whoever came and went in whatever order', () => {
    const addresses = fc.constantFrom('203.0.113.1', '203.0.113.2', '2001:db8::1', '10.0.0.1', '')
    fc.assert(
      fc.property(fc.array(addresses, { maxLength: 60 }), (all) => {
        const gate = gateOf({ connections: 12, connectionsPerAddress: 4 })
        const inside: string[] = []
        for (const address of all)
          if (!gate.connected(peerOf(address))) inside.push(address)
          else if (inside.length > 0) gate.disconnected(peerOf(inside.shift() ?? ''))
        expect(inside.length).toBeLessThanOrEqual(12)
        for (const address of inside) gate.disconnected(peerOf(address))
        for (let i = 0; i < 4; i++) expect(gate.connected(peerOf('203.0.113.1'))).toBeUndefined()
        expect(gate.connected(peerOf('203.0.113.1'))).toMatchObject({ status: 429 })
      }),
    )
  })
})

describe('requests', () => {
  test('on one route are limited; where everything else goes they are not', () => {
    const gate = gateOf({ connectionsPerRoute: 1 })
    expect(gate.entering(asking('203.0.113.1'), ADA)).toBeUndefined()
    ADA.live.add(live())
    HUB.live.add(live())
    expect(gate.entering(asking('203.0.113.1'), ADA)).toMatchObject({ status: 503 })
    expect(gate.entering(asking('203.0.113.1'), HUB)).toBeUndefined()
    ADA.live.clear()
    HUB.live.clear()
  })

  test('by a proxy that is believed count for the address that it tells, until they are over', () => {
    const gate = gateOf({ connectionsPerAddress: 1 })
    const of = (told: string) => asking('10.0.0.1', 'GET', '/', told)
    expect(gate.entering(of('203.0.113.1'), ADA)).toBeUndefined()
    expect(gate.entering(of('198.51.100.9, 203.0.113.1, 10.0.0.7'), ADA)).toMatchObject({
      status: 429,
    })
    expect(gate.entering(of('203.0.113.2'), ADA)).toBeUndefined()
    gate.left(gate.whose(of('203.0.113.1')), peerOf('10.0.0.1'))
    expect(gate.entering(of('203.0.113.1'), ADA)).toBeUndefined()
  })

  test('nobody else is believed when he tells another address', () => {
    expect(gateOf().whose(asking('203.0.113.1', 'GET', '/', '203.0.113.99'))).toBe('203.0.113.1')
  })
})

describe('sign-ins', () => {
  const tries = (gate: Gatekeeper, head: ReadHead, answer: ReadResponse) => {
    const refusal = gate.entering(head, HUB)
    if (!refusal) gate.answered(head, HUB, answer)
    return refusal
  }
  const post = (address = '203.0.113.1', target = '/hub/login') => asking(address, 'POST', target)

  test('that succeed are never refused, however many come from one address', () => {
    const gate = gateOf()
    for (let i = 0; i < 5000; i++) expect(tries(gate, post(), said('', 302))).toBeUndefined()
  })

  test('are refused after too many failures, with the seconds that it takes, and only there', () => {
    const gate = gateOf({ failedSignIns: 10 })
    for (let i = 0; i < 10; i++) expect(tries(gate, post(), said('failed'))).toBeUndefined()
    expect(tries(gate, post(), said('failed'))).toMatchObject({
      status: 429,
      reason: 'sign_in',
      retryAfter: 90,
    })
    expect(tries(gate, post('203.0.113.1', '/hub/%6cogin'), said('failed'))).toBeDefined()
    expect(tries(gate, post('203.0.113.1', '/hub/login?next=x'), said('failed'))).toBeDefined()
    expect(tries(gate, post('203.0.113.2'), said('', 302))).toBeUndefined()
    expect(tries(gate, post('203.0.113.1', '/hub/api/users'), said('', 200))).toBeUndefined()
    expect(tries(gate, asking('203.0.113.1'), said('', 200))).toBeUndefined()
    now += 90_000
    expect(tries(gate, post(), said('', 302))).toBeUndefined()
  })

  test('that succeed beside the failures of others use nothing up', () => {
    const gate = gateOf({ failedSignIns: 100 })
    for (let i = 0; i < 90; i++) tries(gate, post(), said('failed'))
    for (let i = 0; i < 200; i++) expect(tries(gate, post(), said('', 302))).toBeUndefined()
  })

  test('of an address with many failures are counted before they are answered', () => {
    const gate = gateOf({ failedSignIns: 10 })
    for (let i = 0; i < 5; i++) tries(gate, post(), said('failed'))
    const atOnce = Array.from({ length: 50 }, () => post())
    const inside = atOnce.filter((head) => !gate.entering(head, HUB))
    expect(inside).toHaveLength(5)
    for (const head of inside) gate.answered(head, HUB, said('', 302))
    expect(gate.entering(post(), HUB)).toBeUndefined()
  })

  test('by a browser that was signed in before are not held up by the failures of others', () => {
    const gate = gateOf({ failedSignIns: 10 })
    const known = () =>
      new ReadHead({
        method: 'POST',
        target: '/hub/login',
        headers: ['Cookie', '_xsrf=x; bulkhead-known-browser=y'],
        peer: peerOf('203.0.113.1'),
        version: '1.1',
      })
    for (let i = 0; i < 50; i++) tries(gate, post(), said('failed'))
    expect(tries(gate, post(), said('', 302))).toMatchObject({ status: 429 })
    expect(tries(gate, known(), said('', 302))).toBeUndefined()
    for (let i = 0; i < 50; i++) tries(gate, known(), said('failed'))
    expect(tries(gate, known(), said('', 302))).toMatchObject({ status: 429 })
  })

  test('are the hub’s to speak of, and no server’s', () => {
    const gate = gateOf({ failedSignIns: 1 })
    const head = asking('203.0.113.1', 'POST', '/hub/login')
    gate.answered(head, ADA, said('failed'))
    expect(gate.entering(head, HUB)).toBeUndefined()
  })
})
