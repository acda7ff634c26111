import type { Operation } from '#core/contract/openapi.ts'

import { type FuzzRequest, type Known, namesOf } from './requests.ts'

/** Bodies and queries that chance would not find, by operation. */
const SURE: Readonly<Record<string, { readonly query?: string; readonly body?: unknown }>> = {
  'POST /users': { body: { usernames: ['eve'] } },
  'PATCH /users/{user}': { body: { admin: false } },
  'POST /users/{user}/activity': { body: { last_activity: '2020-01-01T00:00:00Z' } },
  'POST /users/{user}/tokens': { body: {} },
  'POST /groups': { body: { groups: ['red'] } },
  'POST /groups/{group}/users': { body: { users: ['bob'] } },
  'DELETE /groups/{group}/users': { body: { users: ['bob'] } },
  'PUT /groups/{group}/properties': { body: {} },
  'POST /shares/{user}/{server}': { body: { user: 'dot' } },
  'POST /services/{service}': { body: { display: true } },
  'PATCH /users/{user}/server': { body: { user_options: {} } },
  'PATCH /users/{user}/servers/{server}': { body: { display_name: 'Named' } },
  'PATCH /shares/{user}/{server}': { body: { user: 'cyd' } },
}

/** Paths whose first request names something that does not exist yet, or somebody whose server runs, or with whom one is shared. */
const NEW: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'POST /users/{user}': { user: 'new' },
  'POST /groups/{group}': { group: 'new' },
  'POST /services/{service}': { service: 'new' },
  'GET /users/{user}/shared/{owner}/{name}': { user: 'cyd' },
  'DELETE /users/{user}/shared/{owner}/{name}': { user: 'cyd' },
  'PATCH /users/{user}/server': { user: 'dot' },
  'POST /users/{user}/servers/{server}/culling': { user: 'cyd', server: '' },
  'POST /users/{user}/server/culling': { user: 'cyd' },
  'GET /users/{user}/server': { user: 'cyd' },
  'GET /users/{user}/server/progress': { user: 'cyd' },
  'GET /users/{user}/servers/{server}/progress': { user: 'cyd', server: '' },
  'PUT /users/{user}/servers/{server}': { server: 'new' },
}

/** The request that is sent first: for an admin it should succeed. */
export function exampleOf(
  method: string,
  path: string,
  { parameters }: Operation,
  known: Known,
): FuzzRequest {
  const { query = '', body } = SURE[`${method} ${path}`] ?? {}
  const names = NEW[`${method} ${path}`] ?? {}
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (text, { name }) =>
        text.replace(
          `{${name}}`,
          encodeURIComponent(names[name] ?? namesOf(known, path, name)[0] ?? ''),
        ),
      path,
    )
  return {
    path: query === '' ? filled : `${filled}?${query}`,
    headers: {},
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}
