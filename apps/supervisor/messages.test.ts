import { anything, assert, property } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readMessage } from './messages.ts'

const RUN = '/run/bulkhead'
const launch = {
  type: 'launch',
  listen: { host: '127.0.0.1', port: 8000 },
  publicNames: ['hub.example', '*.hub.example', '[::1]'],
  byHost: true,
  frontSocket: `${RUN}/front/hub.sock`,
  tls: { keyFile: '/etc/hub/key.pem', certFile: '/etc/hub/cert.pem' },
  trustedProxies: ['10.0.0.0/8', '::1'],
  announcers: [],
  http2: true,
  limits: { connections: 20_000, headMs: 30_000 },
}

describe('a message of a child', () => {
  test('that says where to listen is taken', () => {
    expect(readMessage(launch, RUN)).toEqual({
      type: 'launch',
      host: '127.0.0.1',
      port: 8000,
      publicNames: ['hub.example', '*.hub.example', '[::1]'],
      byHost: true,
      frontSocket: '/run/bulkhead/front/hub.sock',
      tls: { keyFile: '/etc/hub/key.pem', certFile: '/etc/hub/cert.pem' },
      trustedProxies: ['10.0.0.0/8', '::1'],
      announcers: [],
      http2: true,
      limits: new Map([
        ['connections', 20_000],
        ['headMs', 30_000],
      ]),
    })
  })

  test.each([
    ['a socket outside the folder of sockets', { frontSocket: '/etc/passwd' }],
    [
      'a socket that only begins in it',
      { frontSocket: `${RUN}/front/../../../tmp/front/hub.sock` },
    ],
    ['a host that reads like a flag', { listen: { host: '--routes-file', port: 8000 } }],
    ['a host with a space', { listen: { host: 'a b', port: 8000 } }],
    ['a port that is none', { listen: { host: '127.0.0.1', port: 65_536 } }],
    ['a port that is text', { listen: { host: '127.0.0.1', port: '8000' } }],
    ['a name that reads like a flag', { publicNames: ['--ip'] }],
    ['a star that is no label', { publicNames: ['*hub.example'] }],
    ['a key that reads like a flag', { tls: { keyFile: '--x', certFile: '/c' } }],
    ['a certificate that is not named from the root', { tls: { keyFile: '/k', certFile: 'c' } }],
    ['a file with a line end', { tls: { keyFile: '/k\n', certFile: '/c' } }],
    ['half of what https takes', { tls: { keyFile: '/k' } }],
    ['a trusted proxy that reads like a flag', { trustedProxies: ['--ip'] }],
    ['a balancer that is no address', { announcers: ['10.0.0.0/8/8'] }],
    ['a limit that nobody knows', { limits: { files: 1 } }],
    ['a limit that is no number', { limits: { connections: '1' } }],
    ['a limit below nothing', { limits: { connections: -1 } }],
    ['names that are no list', { publicNames: 'hub.example' }],
  ])('with %s is refused', (_, part) => {
    expect(readMessage({ ...launch, ...part }, RUN)).toBeUndefined()
  })

  test('that the operator has a proxy of his own is taken, with an address that is one', () => {
    const apart = { type: 'no-proxy', apiUrl: 'http://127.0.0.1:8001' }
    expect(readMessage(apart, RUN)).toEqual(apart)
    expect(readMessage({ type: 'no-proxy', apiUrl: 'x\u001b[2J' }, RUN)).toBeUndefined()
  })

  test('cannot write commands onto the terminal', () => {
    const ready = {
      type: 'ready',
      url: 'http://localhost:8000',
      setUpLink: null,
      notices: ['\u001b[2Jgone'],
    }
    expect(readMessage(ready, RUN)).toEqual({ ...ready, notices: ['gone'] })
    expect(readMessage({ type: 'fatal', message: '\u001b]0;x\u0007bad' }, RUN)).toEqual({
      type: 'fatal',
      message: 'bad',
    })
  })

  test('with an address that is none is refused', () => {
    for (const url of ['javascript:alert(1)', 'http://a b', 'http://a\n'])
      expect(readMessage({ type: 'ready', url, setUpLink: null, notices: [] }, RUN)).toBeUndefined()
  })

  test('never throws, whatever it is', () => {
    assert(
      property(anything(), (value) => {
        expect(() => readMessage(value, RUN)).not.toThrow()
      }),
    )
  })
})
