import { bodies, call, type Case, sweep } from './case.ts'

/** `/services`. */
export const services: readonly Case[] = [
  ...sweep('GET /services'),
  ...sweep('GET /services/helper'),
  ...sweep('GET /services/nothing'),
  ...sweep('POST /services/made', { body: { info: { colour: 'red' } } }),
  ...bodies('ada', 'POST /services/second', [
    undefined,
    '{',
    '[]',
    '"x"',
    { unknown: 1 },
    { url: 5 },
    { admin: 'x' },
    { info: 'x' },
    { command: ['sh'] },
    { oauth_client_allowed_scopes: ['nonsense'] },
    { oauth_client_allowed_scopes: ['read:users:name'] },
  ]),
  call('ada', 'POST /services/empty', { body: {} }),
  call('ada', 'POST /services/short', { body: { api_token: 'short' } }),
  call('ada', 'POST /services/third', { body: { display: false } }),
  call('ada', 'POST /services/third', { body: { display: false } }),
  call('ada', 'POST /services/helper', { body: { display: false } }),
  call('ada', 'GET /services/made'),
  call('ada', 'GET /services'),
  ...sweep('DELETE /services/made'),
  call('ada', 'DELETE /services/made'),
  call('ada', 'DELETE /services/helper'),
  call('ada', 'GET /services/helper'),
]
