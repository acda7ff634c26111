import { bodies, call, type Case, sweep } from './case.ts'

const PAGED = { headers: { accept: 'application/jupyterhub-pagination+json' } }
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The hub itself, its proxy, what is deprecated, and paths that do not exist. */
export const hub: readonly Case[] = [
  ...sweep('GET /', {}, ['nobody', 'stranger', 'ada']),
  call('nobody', 'GET @/hub/api'),
  ...[
    '/',
    '/health',
    '/user',
    '/users',
    '/users/ann',
    '/groups',
    '/nothing',
    '/users/ann/server',
  ].flatMap((path) => ['HEAD', 'OPTIONS'].map((method) => call('ada', `${method} ${path}`))),
  ...METHODS.map((method) => call('ada', `${method} /info`)),
  ...METHODS.map((method) => call('nobody', `${method} /nothing`)),
  ...METHODS.map((method) => call('ada', `${method} /nothing`)),
  ...[
    'DELETE /users',
    'PATCH /users',
    'PUT /users/ann',
    'POST /user',
    'PATCH /groups/lab',
    'GET /shutdown',
    'DELETE /proxy',
  ].map((line) => call('ada', line)),
  call('nobody', 'GET /health'),
  call('nobody', 'GET @/hub/health'),
  call('nobody', 'HEAD @/hub/health'),
  ...sweep('GET /info'),
  ...sweep('GET /metrics'),
  call('nobody', 'GET @/hub/metrics'),
  call('ada', 'GET @/hub/metrics'),
  ...sweep('GET /proxy'),
  call('ada', 'GET /proxy', PAGED),
  call('ada', 'GET /proxy?limit=1', PAGED),
  call('ada', 'GET /proxy?limit=x'),
  ...sweep('POST /proxy'),
  ...sweep('PATCH /proxy', { body: {} }),
  ...bodies('ada', 'PATCH /proxy', [undefined, '{', '[]', '"x"']),
  call('ada', 'POST /authorizations/token'),
  call('nobody', 'POST /authorizations/token'),
  call('ada', 'GET /authorizations/token/{ann-secret}'),
  call('nobody', 'GET /authorizations/token/{ann-secret}'),
  call('ada', 'GET /authorizations/token/nonsense'),
  call('ada', 'GET /authorizations/cookie/jupyterhub-hub-login/nonsense'),
  call('nobody', 'GET /authorizations/cookie/jupyterhub-hub-login/nonsense'),
  ...['bearer', 'Bearer', 'TOKEN', 'Basic', 'token  '].map((word) =>
    call('nobody', 'GET /user', { headers: { authorization: `${word} {ann-secret}` } }),
  ),
  call('nobody', 'GET /user?token={ann-secret}'),
  ...bodies('ada', 'POST /shutdown', [{ proxy: 'x' }, { servers: 5 }, '{']),
  ...sweep('POST /shutdown', { body: { proxy: 'x' } }),
]
