import { get, getOf, lines, passed, refused, type RequestCase, SMUGGLED } from './request-case.ts'

const HOST = 'Host: hub.example'
const GET = { method: 'GET', target: '/user/ada/x', body: '' }
const first = (line: string) => `${lines(line, HOST)}\r\n`

const lineEnds: readonly RequestCase[] = [
  refused(
    'LF alone behind the request line',
    `GET /user/ada/x HTTP/1.1\n${HOST}\r\n\r\n`,
    400,
    505,
  ),
  refused('LF alone behind a header', `GET /user/ada/x HTTP/1.1\r\n${HOST}\nX-Own: 1\r\n\r\n`),
  refused('LF alone everywhere', `GET /user/ada/x HTTP/1.1\n${HOST}\n\n`, 400, 505),
  refused(
    'LF alone at the end of the head',
    `GET /user/ada/x HTTP/1.1\r\n${HOST}\r\n\n${SMUGGLED}`,
  ),
  refused('CR alone behind the request line', `GET /user/ada/x HTTP/1.1\r${HOST}\r\n\r\n`),
  refused('CR alone behind a header', `GET /user/ada/x HTTP/1.1\r\n${HOST}\rX-Own: 1\r\n\r\n`),
  refused('CR alone in a value', get(['X-Own: 1\rTransfer-Encoding: chunked'])),
  refused('CR CR LF', `GET /user/ada/x HTTP/1.1\r\n${HOST}\r\r\n\r\n`),
  refused(
    'CR alone at the end of the head',
    `GET /user/ada/x HTTP/1.1\r\n${HOST}\r\n\r${SMUGGLED}`,
  ),
  refused('an LF CR', `GET /user/ada/x HTTP/1.1\n\r${HOST}\n\r\n\r`, 400, 505),
  refused('a folded header', get(['X-Own: 1', ' 2'])),
  refused('a header folded with a tab', get(['X-Own: 1', '\t2'])),
  refused('a fold as the first line', `GET /user/ada/x HTTP/1.1\r\n ${HOST}\r\n\r\n`),
  refused('a fold of blanks alone', get(['X-Own: 1', ' '])),
  passed('empty lines before a request', `\r\n\r\n${get([])}`, GET),
  refused('a blank before a request', ` ${get([])}`),
  refused('NUL before a request', `\0${get([])}`),
  refused('a byte order mark before a request', `\u00ef\u00bb\u00bf${get([])}`),
]

const names: readonly RequestCase[] = [
  ...[
    ' :',
    '\t:',
    '\0:',
    '\u0001:',
    '\u007f:',
    '(:',
    '):',
    '<:',
    '@:',
    ',:',
    ';:',
    '\\:',
    '":',
    '/:',
    '[:',
    '?:',
    '=:',
    '{:',
    '}:',
    '\u00e9:',
    '\u00c3\u00a9:',
  ].map((mark) =>
    refused(
      `a header name that ends in ${JSON.stringify(mark.slice(0, -1))}`,
      get([`X-Own${mark} 1`]),
    ),
  ),
  refused('a header name with a blank in it', get(['X Own: 1'])),
  refused('a header name behind a blank', get([' X-Own: 1'])),
  refused('an empty header name', get([': 1'])),
  refused('a header without a colon', get(['X-Own'])),
  refused('a space before the colon of Content-Length', get(['Content-Length : 5'], 'hello')),
  refused(
    'a space before the colon of Host',
    `${lines('GET /user/ada/x HTTP/1.1', 'Host : hub.example')}\r\n`,
  ),
  passed('a header name with an underscore', get(['X_Own: 1']), {
    ...GET,
    headers: { x_own: '1' },
  }),
  passed('a header name like an object’s own', get(['__proto__: 1', 'constructor: 2']), {
    ...GET,
    headers: { __proto__x: null, constructor: '2' },
  }),
  passed('a header name of marks', get(["!#$%&'*+.^`|~: 1"]), {
    ...GET,
    headers: { "!#$%&'*+.^`|~": '1' },
  }),
]

const values: readonly RequestCase[] = [
  ...Array.from({ length: 32 }, (_, code) => code)
    .filter((code) => ![9, 10, 13].includes(code))
    .concat(127)
    .map((code) =>
      refused(`a value with the byte ${code}`, get([`X-Own: a${String.fromCodePoint(code)}b`])),
    ),
  passed('a value with a tab', get(['X-Own: a\tb']), { ...GET, headers: { 'x-own': 'a\tb' } }),
  passed('a value with 8-bit bytes', get(['X-Own: \u00e9\u0080\u00ff']), {
    ...GET,
    headers: { 'x-own': '\u00e9\u0080\u00ff' },
  }),
  passed('an empty value', get(['X-Own:']), { ...GET, headers: { 'x-own': '' } }),
  passed('a value with encoded line ends', get(['X-Own: %0d%0aSet-Cookie: a=1']), {
    ...GET,
    headers: { 'x-own': '%0d%0aSet-Cookie: a=1' },
  }),
  passed('a value of 8 KiB', get([`X-Own: ${'a'.repeat(8192)}`]), {
    ...GET,
    headers: { 'x-own': 'a'.repeat(8192) },
  }),
  refused('a value of 1 MiB', get([`X-Own: ${'a'.repeat(1_048_576)}`]), 400, 431),
  refused('a name of 1 MiB', get([`${'a'.repeat(1_048_576)}: 1`]), 400, 431),
  refused('10,000 headers', get(Array.from({ length: 10_000 }, (_, i) => `X-${i}: 1`)), 400, 431),
  refused(
    'a head without an end',
    `${lines('GET /user/ada/x HTTP/1.1', HOST)}${lines('X-Own: 1').repeat(50_000)}`,
    400,
    431,
  ),
  refused(
    '2,000 short headers, fewer bytes than a head may have',
    get(Array.from({ length: 2000 }, () => 'a: 1')),
    400,
    431,
  ),
]

const host = (...hosts: readonly string[]) =>
  `${lines('GET /user/ada/x HTTP/1.1', ...hosts.map((value) => `Host: ${value}`))}\r\n`
const hosts: readonly RequestCase[] = [
  refused('no Host', host()),
  refused('two Hosts that differ', host('hub.example', 'evil.example')),
  refused('two Hosts that agree', host('hub.example', 'hub.example')),
  ...[
    '',
    ' ',
    'hub.example, evil.example',
    'hub.example evil.example',
    'hub.example/evil',
    'evil@hub.example',
    'hub.example@evil',
    'hub.example:80:80',
    'hub.example:',
    'hub.example:x',
    'hub.example:-1',
    'hub.example#',
    'hub.example?',
    'hub.example\\evil',
    'http://hub.example',
    'hub.ex\u00e4mple',
    '[hub.example',
    '%68ub.example',
    'hub.example;',
    "hub.example'",
    '{{hub.example}}',
    'hub.example\tevil',
  ].map((value) => refused(`Host: ${JSON.stringify(value)}`, host(value), 400, 421)),
  ...[
    'evil.example',
    'hub.example.evil.example',
    'xhub.example',
    'example',
    'localhost',
    '127.0.0.1',
    '[::1]',
    'hub.example.',
  ].map((value) => refused(`Host: ${value}, which is not one of ours`, host(value), 400, 421)),
  passed('Host in capitals', host('HUB.Example'), GET),
  passed('Host with a port', host('hub.example:8000'), GET),
  refused('Host behind a fold', `GET /user/ada/x HTTP/1.1\r\nX-Own: 1\r\n ${HOST}\r\n\r\n`),
  refused('HTTP/1.0 without a Host', `${lines('GET /user/ada/x HTTP/1.0')}\r\n`),
  passed('HTTP/1.0 with a Host', `${lines('GET /user/ada/x HTTP/1.0', HOST)}\r\n`, GET),
]

const targets: readonly RequestCase[] = [
  refused('the whole address of another host', getOf('http://evil.example/user/ada/x'), 400, 421),
  refused(
    'the whole address with an account',
    getOf('http://ada:x@hub.example/user/ada/x'),
    400,
    421,
  ),
  refused('the whole address of another scheme', getOf('ftp://hub.example/user/ada/x')),
  refused('a file’s address', getOf('file:///etc/passwd')),
  refused('a script’s address', getOf('javascript:alert(1)')),
  refused('an authority', getOf('hub.example:80')),
  refused('an asterisk', getOf('*')),
  refused('OPTIONS of everything', first('OPTIONS * HTTP/1.1'), 400, 404, 405, 501),
  refused(
    'CONNECT',
    `${lines('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443')}\r\n`,
    400,
    405,
    421,
    501,
  ),
  refused('CONNECT to a path', first('CONNECT /user/ada/x HTTP/1.1'), 400, 405, 501),
  refused(
    'CONNECT to ourselves, with bytes behind it',
    `${lines('CONNECT hub.example:80 HTTP/1.1', HOST)}\r\n${SMUGGLED}`,
    400,
    405,
    501,
  ),
  refused('a path without a slash', getOf('user/ada/x')),
  refused('an empty target', 'GET  HTTP/1.1\r\nHost: hub.example\r\n\r\n'),
  refused('a target with a blank', getOf('/user/ada/x y')),
  refused('a target with a blank and a version', getOf('/user/ada/x HTTP/1.1'), 400, 505),
  refused('a target with a tab', getOf('/user/ada/x\ty')),
  refused('a target with NUL', getOf('/user/ada/x\0')),
  refused('a target with DEL', getOf('/user/ada/x\u007f')),
  refused('a target with CR', getOf('/user/ada/x\rX: 1')),
  refused('a target with 8-bit bytes', getOf('/user/ada/\u00e9')),
  refused('a target with a fragment', getOf('/user/ada/x#y')),
  ...[
    '//user/ada/x',
    '//evil.example/user/ada/x',
    '/user/ada/../bob/x',
    '/user/ada/%2e%2e/bob',
    '/user/./ada/x',
    '/user/ada%2f..%2fbob',
    '/user/ada\\x',
    '/user/ada/%5c..%5cbob',
    '/user/ada/%',
    '/user/ada/%zz',
    '/user/ada/%c3%28',
    '/user/ada/%00',
    '/user/ada/%0d%0aX:1',
    '/user/ada%2fx',
    '/user%2fada/x',
    '/%2fuser/ada',
    '/user/ada/%u002e',
    '/user/ada/%252e%252e/%',
  ].map((target) => refused(`the path ${target}`, getOf(target), 400, 404)),
  refused('a target of 1 MiB', getOf(`/user/ada/${'a'.repeat(1_048_576)}`), 400, 414, 431),
  passed('a target of 8 KiB', getOf(`/user/ada/${'a'.repeat(8192)}`), {
    target: `/user/ada/${'a'.repeat(8192)}`,
  }),
  passed('a segment of dots and a semicolon', getOf('/user/ada/..;/bob'), {
    target: '/user/ada/..;/bob',
  }),
  passed('a query with odd marks', getOf('/user/ada/x?a=%2f..%2f&b=//&c=http://evil/?;'), {
    target: '/user/ada/x?a=%2f..%2f&b=//&c=http://evil/?;',
  }),
  passed('encoded line ends in a query', getOf('/user/ada/x?a=%0d%0aSet-Cookie:b=1'), {
    target: '/user/ada/x?a=%0d%0aSet-Cookie:b=1',
  }),
]

const versions: readonly RequestCase[] = [
  refused('HTTP/0.9', 'GET /user/ada/x\r\n\r\n', 400, 505),
  refused('HTTP/0.9 with headers', `GET /user/ada/x\r\n${HOST}\r\n\r\n`, 400, 505),
  ...[
    'HTTP/0.9',
    'HTTP/1.2',
    'HTTP/1',
    'HTTP/2',
    'HTTP/2.0',
    'HTTP/3',
    'HTTP/9.9',
    'HTTP/1.10',
    'HTTP/11.1',
    'HTTP/1.1x',
    'HTTP/-1.1',
    'HTTP/1,1',
    'http/1.1',
    'HTTPS/1.1',
    'HTTP/ 1.1',
    'HTTP /1.1',
    'XTTP/1.1',
    '1.1',
  ].map((version) =>
    refused(`the version ${version}`, first(`GET /user/ada/x ${version}`), 400, 505),
  ),
  // The parser takes these names of protocols for that of HTTP, in its versions.
  passed('the version RTSP/1.0', first('GET /user/ada/x RTSP/1.0'), GET),
  refused('a method of RTSP', first('DESCRIBE /user/ada/x RTSP/1.0')),
  refused(
    'the preface of HTTP/2',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0',
    400,
    405,
    505,
  ),
  refused('the beginning of TLS', '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003'),
  refused('the PROXY protocol', `PROXY TCP4 6.6.6.6 127.0.0.1 1 80\r\n${get([])}`),
  refused('the PROXY protocol 2', `\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c${get([])}`),
  refused('words of a mailer', 'EHLO hub.example\r\n', 400),
]

const methods: readonly RequestCase[] = [
  ...[
    'TRACE',
    'TRACK',
    'get',
    'Get',
    'GE\u0000T',
    'G(T',
    'GET:',
    'XYZZY',
    'G\u00e9T',
    '"GET"',
    'GETGET',
    '-',
    'PRI',
    'DESCRIBE',
  ].map((method) =>
    refused(
      `the method ${JSON.stringify(method)}`,
      first(`${method} /user/ada/x HTTP/1.1`),
      400,
      405,
      501,
      505,
    ),
  ),
  passed('two blanks behind the method', first('GET  /user/ada/x HTTP/1.1'), GET),
  refused('a tab behind the method', first('GET\t/user/ada/x HTTP/1.1')),
  passed('two blanks before the version', first('GET /user/ada/x  HTTP/1.1'), GET),
  refused('a blank behind the version', first('GET /user/ada/x HTTP/1.1 '), 400, 505),
  refused('no method', first('/user/ada/x HTTP/1.1')),
  ...[
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'PROPFIND',
    'MKCOL',
    'REPORT',
    'SEARCH',
    'QUERY',
    'PURGE',
    'M-SEARCH',
  ].map((method) =>
    passed(`the method ${method}`, first(`${method} /user/ada/x HTTP/1.1`), {
      method,
      target: '/user/ada/x',
    }),
  ),
]

export const heads: readonly RequestCase[] = [
  ...lineEnds,
  ...names,
  ...values,
  ...hosts,
  ...targets,
  ...versions,
  ...methods,
]
