import { call, type Case } from './case.ts'

const MODES = ['navigate', 'cors', 'no-cors', 'same-origin', 'websocket']
const SITES = ['same-origin', 'same-site', 'cross-site', 'none']
const combined = MODES.flatMap((mode) =>
  SITES.map((site) => ({ 'sec-fetch-mode': mode, 'sec-fetch-site': site })),
)

/** Callers with a cookie: with and without the XSRF token, by every combination of what browsers say of a request. */
export const browsers: readonly Case[] = [
  call('ann by cookie', 'GET /user'),
  call('ann by page', 'GET /user'),
  call('ann by cookie', 'GET /users/ann?_xsrf={ann-xsrf}'),
  call('ann by cookie', 'GET /users/ann?_xsrf={ben-xsrf}'),
  call('ann by cookie', 'GET /users/ann', { headers: { 'x-xsrftoken': 'nonsense' } }),
  call('ann by cookie', 'GET /users/ann', { headers: { 'x-csrftoken': '{ann-xsrf}' } }),
  ...combined.flatMap((headers) => [
    call('ann by cookie', 'GET /users/ann', { headers }),
    call('ann by page', 'GET /users/ann', { headers }),
    call('ann by cookie', 'POST /users/ann/tokens', { headers }),
    call('ann by page', 'POST /users/ann/tokens', { headers }),
  ]),
  ...[
    undefined,
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
  ].flatMap((type) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    return ['ann by page', 'ann by cookie', 'ann'].map((as) =>
      call(as, 'POST /users/ann/tokens', { headers, body: { note: 'by type' } }),
    )
  }),
  call('ann by page', 'GET /users'),
  call('ann by page', 'GET /users/ben'),
  call('ada by page', 'GET /users'),
  call('ada by page', 'PATCH /users/ben', { body: { admin: false } }),
  call('ada by cookie', 'PATCH /users/ben', { body: { admin: false } }),
  call('ada by page', 'DELETE /groups/den'),
  call('ann by cookie', 'GET /user', { headers: { authorization: 'token {ben-secret}' } }),
  call('ann by cookie', 'GET /user', { headers: { authorization: 'token nonsense' } }),
  call('ann by page', 'GET /users/ann', { headers: { origin: 'http://evil.example' } }),
  call('nobody', 'GET /users/ann', { headers: { origin: 'http://evil.example' } }),
]
