import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { UserBody } from './models.ts'
import { PAGE_PARAMS, pageOrItems } from './paging.ts'
import { nothing, UserParams } from './params.ts'

/** Servers at rest are left out of a person unless this is said (JupyterHub: anything but `0` and `false`). */
const WITH_STOPPED = {
  include_stopped_servers: z
    .string()
    .default('0')
    .transform((text) => !['0', 'false'].includes(text.toLowerCase())),
} as const

const SORTS = ['id', 'name', 'last_activity'] as const

export const listUsers = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'People, by default in order of their making',
  scopes: ['list:users'],
  lists: true,
  params: z.object({
    ...PAGE_PARAMS,
    ...WITH_STOPPED,
    state: z
      .enum(['active', 'ready', 'inactive'])
      .optional()
      .describe('those with a server that runs or comes or goes, with one that answers, with none'),
    sort: z
      .enum([...SORTS, ...SORTS.map((by) => `-${by}` as const)])
      .default('id')
      .describe('with `-` the other way round'),
    name_filter: z.string().max(1024).optional().describe('a part of the name, in any case'),
  }),
  body: nothing,
  output: pageOrItems(z.array(UserBody)),
  status: 200,
})

export const getUser = endpoint({
  method: 'GET',
  path: '/users/:user',
  summary: 'One person',
  scopes: [
    'read:users',
    'read:users:name',
    'read:users:groups',
    'read:users:activity',
    'read:servers',
    'read:roles:users',
  ],
  params: UserParams.extend(WITH_STOPPED),
  body: nothing,
  output: UserBody,
  status: 200,
})

export const addUser = endpoint({
  method: 'POST',
  path: '/users/:user',
  summary: 'Make a person',
  scopes: ['admin:users'],
  params: UserParams,
  body: z
    .strictObject({
      admin: z.boolean().default(false),
      password: z.string().max(1024).optional().describe('ours: a first password'),
    })
    .prefault({}),
  output: UserBody,
  status: 201,
})

export const removeUser = endpoint({
  method: 'DELETE',
  path: '/users/:user',
  summary: 'Remove a person, stopping his servers; his files stay',
  scopes: ['delete:users'],
  params: UserParams,
  body: nothing,
  output: z.void(),
  status: 204,
})
