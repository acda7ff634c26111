import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { UserBody } from './models.ts'
import { GroupName, PersonName } from './names.ts'
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

/** Roles are given in the configuration alone; a client that sends back what it was shown of none is not refused. */
const NoRoles = z.array(z.string()).max(0, 'roles are given in the configuration (roles:)')

const GroupNames = z
  .array(GroupName)
  .max(1000)
  .describe('the only groups that the person is in; needs `groups` over each that this changes')

export const addUsers = endpoint({
  method: 'POST',
  path: '/users',
  summary: 'Make people: those whom there are not yet, all in one step',
  scopes: ['admin:users'],
  audit: 'user.add',
  params: z.object({}),
  body: z.strictObject({
    usernames: z.array(PersonName).min(1).max(100_000),
    admin: z.boolean().default(false),
  }),
  output: z.array(UserBody),
  status: 201,
})

export const addUser = endpoint({
  method: 'POST',
  path: '/users/:user',
  summary: 'Make a person',
  scopes: ['admin:users'],
  audit: 'user.add',
  params: UserParams,
  body: z
    .strictObject({
      name: z.string().max(1024).optional().describe('passed over: the path names him'),
      admin: z.boolean().default(false),
      groups: GroupNames.optional(),
      roles: NoRoles.optional(),
      password: z.string().max(1024).optional().describe('ours: a first password'),
      files: z
        .enum(['adopt', 'fresh'])
        .optional()
        .describe(
          'ours: whose the files are that a removed person of this name left: the new one takes them over, or they are moved aside',
        ),
    })
    .prefault({}),
  output: UserBody,
  status: 201,
})

export const editUser = endpoint({
  method: 'PATCH',
  path: '/users/:user',
  summary: 'Rename a person, make or unmake an admin, set his groups',
  scopes: ['admin:users'],
  audit: 'user.change',
  params: UserParams,
  body: z.strictObject({
    name: PersonName.optional().describe('his servers must be stopped; his files stay his'),
    admin: z.boolean().optional(),
    groups: GroupNames.optional(),
    roles: NoRoles.optional(),
    auth_state: z.null('nothing of a sign-in is kept, so there is nothing to set').optional(),
  }),
  output: UserBody,
  status: 200,
})

export const adminAccess = endpoint({
  method: 'POST',
  path: '/users/:user/admin-access',
  summary:
    'What very old clients ask before an admin opens a server: refused to everyone (403); scopes and OAuth let people in',
  scopes: ['servers'],
  audit: null,
  params: UserParams,
  body: nothing,
  output: z.void(),
  status: 200,
})

export const removeUser = endpoint({
  method: 'DELETE',
  path: '/users/:user',
  summary: 'Remove a person, stopping his servers; his files stay',
  scopes: ['delete:users'],
  audit: 'user.remove',
  params: UserParams,
  body: nothing,
  output: z.void(),
  status: 204,
})
