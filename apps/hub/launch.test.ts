import { describe, expect, test } from 'vitest'

import { parseConfig } from '#core/config/load.ts'

import { launchOf, trustOf } from './launch.ts'

const of = (text: string) => parseConfig(text, 'config.yaml')
const PLACES = { configFile: '/etc/bulkhead/config.yaml', frontSocket: '/run/front/hub.sock' }

describe('what the proxy is started with', () => {
  test('is plain http on this machine without settings', () => {
    expect(launchOf(of(''), PLACES)).toMatchObject({
      listen: { host: '127.0.0.1', port: 8000 },
      tls: null,
      trustedProxies: [],
      http2: true,
      limits: { connections: 20_000, connectionsPerAddress: 2500, headMs: 30_000 },
    })
  })

  test('has files from beside the settings, and https for what people type', () => {
    const config = of('tls: { key_file: key.pem, cert_file: /etc/tls/cert.pem }')
    expect(config.public_url).toBe('https://127.0.0.1:8000')
    expect(launchOf(config, PLACES).tls).toEqual({
      keyFile: '/etc/bulkhead/key.pem',
      certFile: '/etc/tls/cert.pem',
    })
  })

  test.each([
    ['tls: { key_file: k }', /tls\.cert_file/],
    ['tls: { cert_file: c }', /tls\.key_file/],
    [
      'tls: { key_file: k, cert_file: c }\npublic_url: http://hub.example',
      /public_url.*begins with http:/,
    ],
    ['trusted_proxies: [proxy.example]', /trusted_proxies.*neither an address nor a range/],
    ['proxy: { max_connections: -1 }', /max_connections/],
    ['proxy: { proxy_protocol_from: [10.0.0.0/40] }', /proxy_protocol_from/],
  ])('%j is a mistake', (text, words) => {
    expect(() => of(text)).toThrow(words)
  })

  test('trusts the proxies that are listed', () => {
    const isTrusted = trustOf(of('trusted_proxies: [10.0.0.0/8, "::1"]'))
    expect(['10.1.2.3', '::1', '11.0.0.1', ''].map(isTrusted)).toEqual([true, true, false, false])
  })
})
