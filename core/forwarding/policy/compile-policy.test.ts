import { describe, expect, test } from 'vitest'

import type { RequestHead } from '../message.ts'
import { compilePolicy } from './compile-policy.ts'

const request = (target = '/user/ada/lab'): RequestHead => ({
  method: 'GET',
  target,
  headers: [],
  peer: { address: '127.0.0.1', secure: false, trusted: false, localPort: 8000 },
  version: '1.1',
})
const ada = compilePolicy({ cookie: 'jupyterhub-user-ada' }, ['user', 'ada'])
const answered = (headers: readonly string[], target?: string, policy = ada) =>
  policy.filterResponse([...headers], request(target))

describe('an answer', () => {
  test('of a well-behaved server stays as it is, but for one header more', () => {
    const headers = [
      'Server',
      'TornadoServer/6.6',
      'Content-Type',
      'text/html',
      'Content-Length',
      '1',
      'Connection-Info',
      'x',
    ]
    const given = [...headers]

    const passed = ada.filterResponse(given, request())

    expect(passed).toBe(given)
    expect(passed).toEqual([...headers, 'X-Content-Type-Options', 'nosniff'])
  })

  test.each([
    ['Clear-Site-Data', '"*"'],
    ['Strict-Transport-Security', 'max-age=0; includeSubDomains'],
    ['Public-Key-Pins', 'pin-sha256="x"; max-age=9'],
    ['Public-Key-Pins-Report-Only', 'pin-sha256="x"; max-age=9'],
    ['Expect-CT', 'max-age=9, report-uri="https://evil"'],
    ['Alt-Svc', 'h2=":8443"; ma=2592000'],
    ['Alternate-Protocol', '443:quic'],
    ['NEL', '{"report_to":"x","max_age":9}'],
    ['Report-To', '{"group":"x","max_age":9,"endpoints":[{"url":"https://evil"}]}'],
    ['Accept-CH', 'Sec-CH-UA-Model'],
    ['Accept-CH-Lifetime', '86400'],
    ['Critical-CH', 'Sec-CH-UA-Model'],
    ['Use-As-Dictionary', 'match="/*"'],
    ['Set-Login', 'logged-out'],
    ['Sec-Session-Registration', '(ES256);path="/user/ada/dbsc"'],
    ['Sec-Session-Challenge', '"x"'],
    ['Secure-Session-Registration', '(ES256);path="/user/ada/dbsc"'],
    ['Secure-Session-Challenge', '"x"'],
    ['Set-Cookie2', 'a=b'],
    ['Shared-Storage-Write', 'clear'],
    ['X-Accel-Redirect', '/internal/hub.sqlite'],
    ['X-Accel-Expires', '3600'],
    ['X-Sendfile', '/etc/passwd'],
    ['X-Sendfile2', '/etc/passwd 0-'],
    ['X-LIGHTTPD-send-file', '/etc/passwd'],
    ['X-LIGHTTPD-send-tempfile', '/etc/passwd'],
    ['X-Reproxy-URL', 'http://127.0.0.1/'],
    ['X-Reproxy-File', '/etc/passwd'],
    ['Service-Worker-Allowed', '/'],
    ['Set-Cookie', 'a=b; Path=/'],
  ])('loses its %s', (name, value) => {
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()])
      expect(answered(['A', 'b', spelled, value, 'C', 'd'])).toEqual([
        'A',
        'b',
        'C',
        'd',
        'X-Content-Type-Options',
        'nosniff',
      ])
  })

  test.each([
    ['Access-Control-Allow-Origin', 'https://evil.example'],
    ['Content-Security-Policy', 'sandbox'],
    ['Link', '</hub/home>; rel=preload; as=fetch'],
    ['Location', '/hub/home'],
    ['No-Vary-Search', 'params'],
    ['Origin-Agent-Cluster', '?1'],
    ['Refresh', '0; url=/hub/'],
    ['Reporting-Endpoints', 'x="https://evil.example"'],
    ['SourceMap', '/x.map'],
    ['Speculation-Rules', '"/rules.json"'],
    ['Supports-Loading-Mode', 'credentialed-prerender'],
    ['X-Accel-Buffering', 'no'],
    ['WWW-Authenticate', 'Basic realm="hub"'],
  ])('keeps its %s, which concerns itself alone', (name, value) => {
    expect(answered([name, value]).slice(0, 2)).toEqual([name, value])
  })

  test('keeps cookies and workers that stay within the route', () => {
    const headers = [
      'set-cookie',
      'a=b; Path=/user/ada/',
      'Set-Cookie',
      'c=d',
      'Service-Worker-Allowed',
      '/user/ada/',
      'x-content-type-options',
      'NoSniff',
    ]
    expect(answered(headers)).toEqual(headers)
  })

  test('says "nosniff" once, whatever else the server says', () => {
    expect(answered(['X-Content-Type-Options', 'sniff'])).toEqual([
      'X-Content-Type-Options',
      'nosniff',
    ])
  })

  test('does not widen a worker by saying twice how far', () => {
    expect(answered(['Service-Worker-Allowed', './', 'service-worker-allowed', './x'])).toEqual([
      'X-Content-Type-Options',
      'nosniff',
    ])
  })

  test('to an address beside the route’s folder says how wide a worker may be, where a browser would take the folder above', () => {
    for (const headers of [
      [],
      ['Service-Worker-Allowed', '/user/'],
      ['Service-Worker-Allowed', './'],
    ])
      expect(answered(headers, '/user/ada')).toEqual([
        'X-Content-Type-Options',
        'nosniff',
        'Service-Worker-Allowed',
        '/user/ada/',
      ])
  })

  test('tells browsers to come by https where the hub wants it, and the server has no say in it', () => {
    const policy = compilePolicy({ cookie: 'x', hsts: 3600 }, ['user', 'ada'])
    expect(answered(['strict-transport-security', 'max-age=0'], undefined, policy)).toEqual([
      'X-Content-Type-Options',
      'nosniff',
      'Strict-Transport-Security',
      'max-age=3600',
    ])
  })

  test('is held to its path by the spelling of browsers, whatever the name is', () => {
    const jose = compilePolicy({ cookie: 'x' }, ['user', 'josé@uni.edu'])
    const headers = [
      'Set-Cookie',
      'a=b; Path=/user/jos%c3%a9@uni.edu/',
      'Set-Cookie',
      'a=b; Path=/user/jos/',
    ]
    expect(answered(headers, '/user/jos%C3%A9@uni.edu', jose)).toEqual([
      'Set-Cookie',
      'a=b; Path=/user/jos%c3%a9@uni.edu/',
      'X-Content-Type-Options',
      'nosniff',
      'Service-Worker-Allowed',
      '/user/jos%C3%A9@uni.edu/',
    ])
  })

  test('on a host of its own is held to the host in cookies, and to its path in workers', () => {
    const policy = compilePolicy({ cookie: 'x', own_host: true }, ['user', 'ada'])
    const headers = [
      'Set-Cookie',
      'a=b; Path=/',
      'Set-Cookie',
      'a=b; Domain=hub.example',
      'Service-Worker-Allowed',
      '/',
      'Clear-Site-Data',
      '"cookies"',
    ]
    expect(answered(headers, undefined, policy)).toEqual([
      'Set-Cookie',
      'a=b; Path=/',
      'X-Content-Type-Options',
      'nosniff',
    ])
  })

  test('has its cookies narrowed to the route where that is wanted', () => {
    const policy = compilePolicy({ cookie: 'service-x', narrow_cookies: true }, ['services', 'x'])
    const headers = ['A', 'b', 'Set-Cookie', 'session=1; HttpOnly; Path=/', 'C', 'd']
    expect(answered(headers, '/services/x/', policy)).toEqual([
      'A',
      'b',
      'Set-Cookie',
      'session=1; HttpOnly; Path=/services/x/',
      'C',
      'd',
      'X-Content-Type-Options',
      'nosniff',
    ])
  })

  test('has trailers that do no more than its headers, and nothing is added to them', () => {
    expect(ada.filterTrailers(['Set-Cookie', 'a=b; Path=/', 'Digest', 'x'], request())).toEqual([
      'Digest',
      'x',
    ])
  })
})

describe('a request', () => {
  const passed = (...headers: string[]) => ada.filterRequest(headers, request())

  test('without cookies, or with none that is another’s, is passed on as it is', () => {
    for (const headers of [
      ['Host', 'x', 'Accept', 'y'],
      ['cookie', '_xsrf=a; jupyterhub-user-ada=b', 'Accept', 'y'],
    ])
      expect(ada.filterRequest(headers, request())).toBe(headers)
  })

  test('loses what is another’s, and its header with the last of it', () => {
    expect(passed('Host', 'x', 'Cookie', 'a=b; jupyterhub-hub-login=c')).toEqual([
      'Host',
      'x',
      'Cookie',
      'a=b',
    ])
    expect(passed('Host', 'x', 'cookie', 'jupyterhub-user-bob=c', 'A', 'cookie')).toEqual([
      'Host',
      'x',
      'A',
      'cookie',
    ])
  })

  test('has one header of cookies, where several came', () => {
    expect(passed('Cookie', 'a=b', 'Host', 'x', 'COOKIE', 'service-x=c', 'cookie', 'd=e')).toEqual([
      'Host',
      'x',
      'Cookie',
      'a=b; d=e',
    ])
    expect(passed('Cookie', 'a=b', 'cookie', 'c=d')).toEqual(['Cookie', 'a=b; c=d'])
  })
})
