import { activity, answers, websockets } from './answers.ts'
import { api, ask, type Case, plainly, websocket } from './case.ts'
import type { World } from './proxies.ts'
import { headers, methods, paths } from './requests.ts'
import { rest } from './rest.ts'

const ROUTES = {
  '/b': 'http://TARGET',
  '/c': 'http://TARGET/base',
  '/c/d': 'http://TARGET',
  '/jos%C3%A9': 'http://TARGET',
  '/sp%20ace': 'http://TARGET',
  '/a@b': 'http://TARGET',
  '/dead': 'http://DEAD',
  '/unresolved': 'http://name.invalid',
  '/unix': 'http+unix://SOCKET',
  '/unix-base': 'unix+http://SOCKET/base/',
} as const

const TARGETS = {
  '/plain': 'http://TARGET',
  '/slash': 'http://TARGET/',
  '/base': 'http://TARGET/base',
  '/base-slash': 'http://TARGET/base/',
  '/deep/er': 'http://TARGET/base/two',
  '/query': 'http://TARGET/base?k=v',
  '/odd': 'http://TARGET/b%20c/../d',
  '/unix': 'http+unix://SOCKET/base',
} as const

/** The same questions for every way of joining paths. */
const joined: readonly Case[] = [
  ...Object.keys(TARGETS).flatMap((route) => [
    ask(`GET ${route}`),
    ask(`GET ${route}/`),
    ask(`GET ${route}?q=1`),
    ask(`GET ${route}/x/y?q=1&r=%20`),
    ask(`GET ${route}//x`),
  ]),
  websocket('/base/ws?t=1', { says: 'hi' }),
  websocket('/plain/ws', { says: 'hi' }),
  ask('POST /base/x', { body: 'x' }),
]

const redirects: readonly Case[] = [
  ...[201, 301, 302, 303, 307, 308].map((code) =>
    ask('GET /b/x', { does: `redirect-${code} http://TARGET/there?x=1` }),
  ),
  ...[
    'https://TARGET/there',
    'http://elsewhere.test/there',
    '//TARGET/there',
    '/there',
    'there',
    'http://TARGET',
    'HTTP://TARGET/a%20b',
    'http://hub.test:8000/there',
  ].map((where) => ask('GET /b/x', { does: `redirect-302 ${where}` })),
  ask('GET /b/x', {
    does: 'redirect-302 http://TARGET/there',
    headers: ['Host: other.test'],
    host: null,
  }),
]

const errors: readonly Case[] = [
  ask('GET /nowhere'),
  ask('GET /nowhere?token=secret&x=a%20b'),
  ask('HEAD /nowhere'),
  ask('POST /nowhere', { body: 'x' }),
  ask('GET /nowhere', {
    headers: ['Cookie: a=1', 'Accept: text/html', 'Authorization: Basic eA=='],
  }),
  ask('GET /dead/x'),
  ask('POST /dead/x', { body: 'x' }),
  ask('GET /b/x', { does: 'drop' }),
  websocket('/nowhere'),
  websocket('/dead/ws'),
]

const usual: readonly Case[] = [
  ask('GET /b/x'),
  ask('POST /b/x', { body: 'x' }),
  ask('GET /b/x', { does: 'chunks' }),
  websocket('/b/ws', { says: 'hi' }),
]

const toHttps: readonly Case[] = [
  plainly('GET /a?b=c'),
  plainly('HEAD /'),
  plainly('POST /a', { body: 'x' }),
  plainly('GET /a', { host: 'hub.test:8080' }),
  plainly('GET /a', { host: '[::1]:8080' }),
  plainly('GET /a', { host: 'user@evil.test' }),
  plainly('GET http://evil.test/a'),
  plainly('GET /a', { host: null, version: 'HTTP/1.0' }),
]

const B = { '/b': 'http://TARGET' } as const
const BROKEN = { ...B, '/dead': 'http://DEAD' } as const

/** All pairs of proxies, by what is compared on them. */
export const WORLDS: Readonly<Record<string, World>> = {
  rest: { routes: {}, cases: rest },
  'default target': {
    flags: ['--default-target', 'http://TARGET/base'],
    routes: {},
    cases: [
      ask('GET /x'),
      api('GET /api/routes'),
      api('GET /api/routes/'),
      api('POST /api/routes', { body: '{"target":"http://TARGET"}' }),
      ask('GET /x'),
      api('DELETE /api/routes/'),
      api('GET /api/routes'),
      ask('GET /x'),
    ],
  },
  'no token': {
    token: '',
    routes: {},
    cases: [
      api('GET /api/routes', { headers: [] }),
      api('POST /api/routes/x', { headers: [], body: '{"target":"http://TARGET"}' }),
      api('GET /api/routes', { headers: ['Authorization: token wrong'] }),
      api('DELETE /api/routes/x', { headers: [] }),
    ],
  },
  methods: { routes: ROUTES, cases: methods },
  paths: { routes: ROUTES, cases: paths },
  headers: { routes: ROUTES, cases: headers },
  answers: { routes: ROUTES, cases: answers },
  activity: { routes: ROUTES, cases: activity },
  websockets: { routes: ROUTES, cases: websockets },
  unix: {
    routes: ROUTES,
    cases: [
      ask('GET /unix/x'),
      ask('GET /unix-base/x?y'),
      websocket('/unix/ws', { says: 'hi' }),
      ask('GET /unix/x', { does: 'redirect-302 http://localhost/there' }),
    ],
  },
  joined: { routes: TARGETS, cases: joined },
  'no-prepend-path': { flags: ['--no-prepend-path'], routes: TARGETS, cases: joined },
  'no-include-prefix': { flags: ['--no-include-prefix'], routes: TARGETS, cases: joined },
  'neither path nor prefix': {
    flags: ['--no-include-prefix', '--no-prepend-path'],
    routes: TARGETS,
    cases: joined,
  },
  'no-x-forward': {
    flags: ['--no-x-forward'],
    routes: B,
    cases: [
      ...usual,
      ask('GET /b/x', { headers: ['X-Forwarded-For: 10.9.9.9', 'X-Forwarded-Proto: https'] }),
    ],
  },
  'custom-header': {
    flags: [
      '--custom-header',
      'X-Mine: a:b',
      '--custom-header',
      'Accept:none',
      '--custom-header',
      'x-MINE2:',
    ],
    routes: B,
    cases: [...usual, ask('GET /b/x', { headers: ['Accept: a', 'X-Mine: theirs'] })],
  },
  'custom Host': { flags: ['--custom-header', 'Host: other.test'], routes: B, cases: usual },
  'change-origin': {
    flags: ['--change-origin'],
    routes: { ...B, '/unix': 'http+unix://SOCKET' },
    cases: [...usual, ask('GET /unix/x')],
  },
  redirects: { routes: B, cases: redirects },
  'auto-rewrite': { flags: ['--auto-rewrite'], routes: B, cases: redirects },
  'protocol-rewrite': { flags: ['--protocol-rewrite', 'https'], routes: B, cases: redirects },
  'auto- and protocol-rewrite': {
    flags: ['--auto-rewrite', '--protocol-rewrite', 'https'],
    routes: B,
    cases: redirects,
  },
  'host-routing': {
    flags: ['--host-routing', '--default-target', 'http://TARGET/default'],
    routes: {
      '/hub.test/b': 'http://TARGET/by-host',
      '/ada.hub.test': 'http://TARGET/ada',
      '/Upper.hub.test': 'http://TARGET/upper',
    },
    cases: [
      ...[
        'hub.test',
        'hub.test:8000',
        'HUB.test',
        'ada.hub.test',
        'upper.hub.test',
        'Upper.hub.test',
        'bob.hub.test',
        '[::1]:80',
      ].flatMap((host) => [ask('GET /b/x', { host }), ask('GET /', { host })]),
      websocket('/b/ws', { host: 'ada.hub.test', says: 'hi' }),
      ask('GET /b/x', { host: null, version: 'HTTP/1.0' }),
      api('GET /api/routes'),
      api('POST /api/routes/eve.hub.test/x', { body: '{"target":"http://TARGET","host":"mine"}' }),
      api('GET /api/routes/eve.hub.test/x'),
    ],
  },
  errors: { routes: BROKEN, cases: errors },
  'error-path': { flags: ['--error-path', 'ERRORS'], routes: BROKEN, cases: errors },
  'error-path that is not there': {
    flags: ['--error-path', '/nonexistent'],
    routes: BROKEN,
    cases: errors,
  },
  'error-target': {
    flags: ['--error-target', 'http://TARGET/errors'],
    routes: BROKEN,
    cases: errors,
  },
  'error-target with a query': {
    flags: ['--error-target', 'http://TARGET/errors/?a=b'],
    routes: BROKEN,
    cases: errors.slice(0, 2),
  },
  'error-target that is dead': {
    flags: ['--error-target', 'http://DEAD/errors'],
    routes: BROKEN,
    cases: errors,
  },
  'proxy-timeout': {
    flags: ['--proxy-timeout', '600'],
    routes: B,
    cases: [ask('GET /b/x', { does: 'hang' }), ask('GET /b/x', { does: 'slow' })],
  },
  timeout: {
    flags: ['--timeout', '600'],
    routes: B,
    cases: [ask('GET /b/x', { does: 'hang' }), ask('GET /b/x', { does: 'slow' })],
  },
  'TLS before it': { tls: { front: true }, routes: B, cases: usual },
  'redirect-port': {
    tls: { front: true },
    flags: ['--redirect-port', 'REDIRECT'],
    routes: B,
    cases: toHttps,
  },
  'redirect-port and -to': {
    tls: { front: true },
    flags: ['--redirect-port', 'REDIRECT', '--redirect-to', '443'],
    routes: B,
    cases: toHttps,
  },
  'TLS behind it, unchecked': {
    tls: { back: true },
    flags: ['--insecure'],
    routes: { '/b': 'https://TARGET' },
    cases: usual,
  },
  'TLS behind it, checked': {
    tls: { back: true },
    flags: ['--client-ssl-ca', 'CERT'],
    routes: { '/b': 'https://TARGET' },
    cases: usual,
  },
  'TLS behind it, unknown': {
    tls: { back: true },
    routes: { '/b': 'https://TARGET' },
    cases: usual,
  },
  'TLS of the API': { tls: { api: true }, routes: B, cases: [api('GET /api/routes'), ...usual] },
}
