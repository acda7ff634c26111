import { describe, expect, test } from 'vitest'

import { DEFAULT_LIMITS } from '#core/forwarding/limits.ts'

import { readCommandLine } from './command-line.ts'
import { proxyOptions } from './options.ts'

const TOKEN = '0123456789abcdef'
const of = (args: readonly string[], env: Readonly<Record<string, string>> = {}, child = false) =>
  proxyOptions(readCommandLine(args, ''), env, child)

describe('what was typed', () => {
  test('listens where configurable-http-proxy does', () => {
    expect(of([])).toMatchObject({
      front: { host: '', port: 8000 },
      api: { host: 'localhost', port: 8001 },
      metrics: undefined,
    })
    expect(of(['--ip', '*', '--port', '9000', '--metrics-port', '9100'])).toMatchObject({
      front: { host: '', port: 9000 },
      api: { host: 'localhost', port: 9001 },
      metrics: { host: '', port: 9100 },
    })
    expect(of(['--socket', '/f', '--api-socket', '/a', '--metrics-socket', '/m'])).toMatchObject({
      front: { path: '/f' },
      api: { path: '/a' },
      metrics: { path: '/m' },
    })
    expect(of(['--socket', '/f'])).toMatchObject({ api: { host: 'localhost', port: 8001 } })
  })

  test.each([
    [['--error-target', 'http://x', '--error-path', '/x'], 'exclude each other'],
    [['--redirect-port', '80'], 'needs --ssl-key'],
    [['--default-target', 'nonsense'], 'is no target'],
    [['--error-target', 'ftp://x'], 'is no target'],
    [['--protocol-rewrite', 'gopher'], 'neither http nor https'],
    [['--port', '65535'], 'give --api-port'],
    [['--trusted-proxy', '10.0.0.0/33'], 'neither an address nor a range'],
    [['--trusted-proxy', 'proxy.example'], 'neither an address nor a range'],
    [['--proxy-protocol-from', '10.0.0.0/x'], '--proxy-protocol-from 10.0.0.0/x is neither'],
    [['--shared-sockets'], 'at least 16 characters'],
  ])('%j is refused: %s', (args, words) => {
    expect(() => of(args)).toThrow(words)
  })

  test('needs a token where a hub of ours sets the routes, and takes any or none elsewhere', () => {
    expect(of([]).token).toBeUndefined()
    expect(of([], { CONFIGPROXY_AUTH_TOKEN: '' }).token).toBeUndefined()
    expect(of([], { CONFIGPROXY_AUTH_TOKEN: 'x' }).token).toBe('x')
    expect(() => of([], { CONFIGPROXY_AUTH_TOKEN: 'x' }, true)).toThrow('at least 16 characters')
    expect(of(['--shared-sockets'], { CONFIGPROXY_AUTH_TOKEN: TOKEN }, true).token).toBe(TOKEN)
  })

  test('lists those whose word on forwarding is taken', () => {
    const { trustedProxies } = of(['--trusted-proxy=10.1.0.0/16', '--trusted-proxy=::1'])

    expect(trustedProxies.check('10.1.2.3')).toBe(true)
    expect(trustedProxies.check('10.2.2.3')).toBe(false)
    expect(trustedProxies.check('::1', 'ipv6')).toBe(true)
  })

  test('lists those who tell whose a connection is, and trusts them no further', () => {
    const { trustedProxies, announcers } = of(['--proxy-protocol-from=10.1.0.0/16'])

    expect(announcers.check('10.1.2.3')).toBe(true)
    expect(trustedProxies.check('10.1.2.3')).toBe(false)
  })

  test('offers HTTP/2 unless told not to', () => {
    expect(of([]).http2).toBe(true)
    expect(of(['--no-http2']).http2).toBe(false)
  })

  test('is also known by the other names of this machine, where it is known by one', () => {
    expect(of(['--public-name', 'hub.example:8000']).publicNames).toEqual(new Set(['hub.example']))
    expect(of(['--public-name', 'localhost']).publicNames).toContain('127.0.0.1')
  })

  test('has an error target’s path, to which the code of the error is added', () => {
    expect(of(['--error-target', 'http://127.0.0.1:8081/hub/error/']).errors).toEqual({
      by: 'server',
      target: { kind: 'tcp', host: '127.0.0.1', port: 8081, basePath: '/hub/error/' },
    })
  })

  test('holds the limits that are given beside those that are there anyway', () => {
    expect(of([]).limits).toEqual(DEFAULT_LIMITS)
    expect(of(['--timeout=0', '--proxy-timeout=0', '--keep-alive-timeout=0']).limits).toEqual(
      DEFAULT_LIMITS,
    )
    expect(
      of(['--timeout=2000', '--proxy-timeout=90000', '--keep-alive-timeout=1']).limits,
    ).toEqual({
      ...DEFAULT_LIMITS,
      idleMs: 1,
      bodyStallMs: 2000,
      writeStallMs: 2000,
      connectMs: 2000,
      silenceMs: 2000,
    })
    expect(of(['--proxy-timeout=90000']).limits).toEqual({ ...DEFAULT_LIMITS, silenceMs: 90_000 })
  })

  test('hands each side of TLS its files and its passphrase', () => {
    const { tls } = of(
      [
        '--ssl-key=k',
        '--ssl-cert=c',
        '--ssl-request-cert',
        '--ssl-protocol=TLSv1_3',
        '--api-ssl-key=ak',
        '--client-ssl-ca=ca',
        '--client-ssl-request-cert',
        '--insecure',
      ],
      { CONFIGPROXY_SSL_KEY_PASSPHRASE: 'open', CONFIGPROXY_API_SSL_KEY_PASSPHRASE: 'sesame' },
    )

    expect(tls).toMatchObject({
      front: { key: 'k', cert: 'c', requestCert: true, passphrase: 'open', protocol: 'TLSv1_3' },
      api: { key: 'ak', passphrase: 'sesame', protocol: 'TLSv1_3' },
      client: { ca: 'ca' },
      insecure: true,
    })
  })
})
