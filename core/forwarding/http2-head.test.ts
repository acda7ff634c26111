import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readHttp2Head, readHttp2Trailers } from './http2-head.ts'

const START = [':method', 'GET', ':scheme', 'https', ':authority', 'hub.example', ':path', '/x?y=1']
const WEBSOCKET = [
  ':method',
  'CONNECT',
  ':protocol',
  'websocket',
  ':scheme',
  'https',
  ':authority',
  'hub.example',
  ':path',
  '/user/ada/api/kernels',
]

/** The beginning of a request with some of it said otherwise; undefined: not at all. */
function start(changes: Record<string, string | undefined>): string[] {
  const said = new Map<string, string | undefined>()
  for (let i = 0; i < START.length; i += 2) said.set(START[i] ?? '', START[i + 1])
  for (const [name, value] of Object.entries(changes)) said.set(name, value)
  return [...said].flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
}

describe('a request by HTTP/2', () => {
  test('is read as HTTP/1.1 says it', () => {
    const fields = [...START, 'accept', '*/*', 'te', 'trailers', 'content-length', '3']
    expect(readHttp2Head(fields)).toEqual({
      method: 'GET',
      target: '/x?y=1',
      headers: 'host hub.example accept */* te trailers content-length 3'.split(' '),
      length: 3,
      protocol: undefined,
    })
  })

  test('has its cookies in one line', () => {
    expect(readHttp2Head([...START, 'cookie', 'a=1', 'x', '', 'cookie', 'b=2; c=3'])).toMatchObject(
      {
        headers: ['host', 'hub.example', 'x', '', 'cookie', 'a=1; b=2; c=3'],
      },
    )
  })

  test.each([
    ['an authority', START],
    ['an authority and the same host', [...START, 'host', 'HUB.example']],
    ['a host', [...start({ ':authority': undefined }), 'host', 'hub.example']],
  ])('may name its host by %s', (_, fields) => {
    expect(readHttp2Head(fields)).toMatchObject({ headers: ['host', 'hub.example'] })
  })

  test('that asks for a websocket is a GET', () => {
    expect(readHttp2Head([...WEBSOCKET, 'sec-websocket-version', '13'])).toMatchObject({
      method: 'GET',
      target: '/user/ada/api/kernels',
      protocol: 'websocket',
    })
  })

  test.each<[string, string[]]>([
    ['no method', start({ ':method': undefined })],
    ['a method in lower case', start({ ':method': 'get' })],
    ['a request line as its method', start({ ':method': 'GET / HTTP/1.1\r\nx: y\r\n\r\nGET' })],
    ['a method with a space', start({ ':method': 'GET ' })],
    ['no scheme', start({ ':scheme': undefined })],
    ['another scheme', start({ ':scheme': 'http' })],
    ['a scheme that goes on', start({ ':scheme': 'https://evil/x?' })],
    ['no path', start({ ':path': undefined })],
    ['an empty path', start({ ':path': '' })],
    ['an address as its path', start({ ':path': 'http://evil/' })],
    ['a path with a space', start({ ':path': '/x HTTP/1.1' })],
    ['a path with a line end', start({ ':path': '/x\r\nhost: evil' })],
    ['a path with a bare LF', start({ ':path': '/x\ny' })],
    ['a path with NUL', start({ ':path': '/x\0' })],
    ['a path with a tab', start({ ':path': '/x\ty' })],
    ['a path with a fragment', start({ ':path': '/x#y' })],
    ['a query with a fragment', start({ ':path': '/x?y#z' })],
    ['a path beyond ASCII', start({ ':path': '/\u00e9' })],
    ['a star for GET', start({ ':path': '*' })],
    ['no host', start({ ':authority': undefined })],
    ['an empty authority', start({ ':authority': '' })],
    ['an authority with somebody’s name', start({ ':authority': 'ada@hub.example' })],
    ['an authority with a path', start({ ':authority': 'hub.example/x' })],
    ['an authority with a line end', start({ ':authority': 'hub.example\r\nx: y' })],
    ['an authority of two', start({ ':authority': 'hub.example, evil' })],
    ['another host', [...START, 'host', 'evil']],
    ['two hosts', [...START, 'host', 'hub.example', 'host', 'hub.example']],
    ['an empty host', [...START, 'host', '']],
    ['CONNECT without a protocol', start({ ':method': 'CONNECT' })],
    ['CONNECT as it is for tunnels', [':method', 'CONNECT', ':authority', 'evil:22']],
    ['a protocol without CONNECT', [...START, ':protocol', 'websocket']],
    ['another protocol', WEBSOCKET.map((text) => (text === 'websocket' ? 'connect-udp' : text))],
    ['a websocket with a length', [...WEBSOCKET, 'content-length', '0']],
    ['a pseudo-header twice', [...START, ':path', '/x?y=1']],
    ['an unknown pseudo-header', [...START, ':status', '200']],
    ['a pseudo-header after others', ['x', 'y', ...START]],
    ['connection', [...START, 'connection', 'close']],
    ['keep-alive', [...START, 'keep-alive', 'timeout=5']],
    ['proxy-connection', [...START, 'proxy-connection', 'close']],
    ['transfer-encoding', [...START, 'transfer-encoding', 'chunked']],
    ['upgrade', [...START, 'upgrade', 'websocket']],
    ['http2-settings', [...START, 'http2-settings', 'AAMAAABkAARAAAAAAAIAAAAA']],
    ['te that is not trailers', [...START, 'te', 'chunked']],
    ['te that is more than trailers', [...START, 'te', 'trailers, chunked']],
    ['an upper-case name', [...START, 'Accept', '*/*']],
    ['an upper-case name that frames', [...START, 'Transfer-Encoding', 'chunked']],
    ['a name with a space', [...START, 'transfer-encoding ', 'chunked']],
    ['a name with a colon', [...START, 'transfer-encoding:', 'chunked']],
    ['a name that is a line', [...START, 'a: b\r\ntransfer-encoding', 'chunked']],
    ['a name with NUL', [...START, 'a\0', 'b']],
    ['a name beyond ASCII', [...START, '\u00e9', 'b']],
    ['an empty name', [...START, '', 'b']],
    ['a value with CRLF', [...START, 'a', 'b\r\ntransfer-encoding: chunked']],
    ['a value with CR', [...START, 'a', 'b\rc']],
    ['a value with LF', [...START, 'a', 'b\nc']],
    ['a value with NUL', [...START, 'a', 'b\0c']],
    ['a value with DEL', [...START, 'a', 'b\u007fc']],
    ['a value that begins blank', [...START, 'a', ' b']],
    ['a value that ends with a tab', [...START, 'a', 'b\t']],
    ['a cookie with CRLF', [...START, 'cookie', 'a=b\r\n\r\nGET /']],
    ['two lengths', [...START, 'content-length', '3', 'content-length', '4']],
    ['the same length twice', [...START, 'content-length', '3', 'content-length', '3']],
    ['a list of lengths', [...START, 'content-length', '3, 3']],
    ['a length with a sign', [...START, 'content-length', '+3']],
    ['a length in hexadecimal', [...START, 'content-length', '0x3']],
    ['an empty length', [...START, 'content-length', '']],
    ['a length beyond numbers', [...START, 'content-length', '9'.repeat(16)]],
  ])('with %s is malformed', (_, fields) => {
    expect(readHttp2Head(fields)).toHaveProperty('why')
  })

  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\r', '\n', '\0', ' ', ':', '\t', 'A', '/', '#', '\u00ff'),
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    ),
    maxLength: 12,
  })
  const name = fc.oneof(
    text,
    fc.constantFrom(
      'host',
      'content-length',
      'cookie',
      'te',
      'transfer-encoding',
      'connection',
      'x',
    ),
  )

  test('written out as lines, is found in them as it was read', () => {
    const changes = fc.dictionary(
      fc.constantFrom(':method', ':path', ':authority', ':scheme', ':protocol'),
      fc.oneof(
        text,
        text.map((text) => `/${text}`),
      ),
      { maxKeys: 2 },
    )
    const more = fc.array(fc.tuple(name, text), { maxLength: 4 })
    fc.assert(
      fc.property(changes, more, (changes, more) => {
        const head = readHttp2Head([...start(changes), ...more.flat()])
        fc.pre(!('why' in head))
        const pairs = Array.from({ length: head.headers.length / 2 }, (_, i) =>
          head.headers.slice(2 * i, 2 * i + 2).join(': '),
        )
        const lines = [`${head.method} ${head.target} HTTP/1.1`, ...pairs]

        expect(lines.join('\r\n').split(/[\r\n\0]+/)).toEqual(lines)
        expect(lines[0]?.split(/\s/)).toEqual([head.method, head.target, 'HTTP/1.1'])
        expect(pairs.map((pair) => pair.split(':', 1)[0])).toEqual(
          head.headers.filter((_, i) => i % 2 === 0),
        )
        const framing = pairs.filter((pair) =>
          /^(?:host|content-length|transfer-encoding):/i.test(pair),
        )
        expect(framing.length).toBeLessThanOrEqual(head.length === undefined ? 1 : 2)
      }),
      { numRuns: 5000 },
    )
  })

  test('no fields make it throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(name, fc.constantFrom(...START))), (fields) => {
        expect(typeof readHttp2Head(fields)).toBe('object')
        expect(typeof readHttp2Trailers(fields)).toBe('object')
      }),
    )
  })
})

describe('trailers', () => {
  test('go on as they came', () => {
    expect(readHttp2Trailers(['digest', 'x', 'a', ''])).toEqual(['digest', 'x', 'a', ''])
  })

  test.each([
    [':path', '/'],
    ['host', 'evil'],
    ['content-length', '3'],
    ['transfer-encoding', 'chunked'],
    ['X', 'y'],
    ['x', 'y\r\n\r\n'],
  ])('with %s are malformed', (name, value) => {
    expect(readHttp2Trailers([name, value])).toHaveProperty('why')
  })
})
