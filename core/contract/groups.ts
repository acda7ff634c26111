import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { GroupName, PersonName } from './names.ts'
import { PAGE_PARAMS, pageOrItems } from './paging.ts'
import { GroupParams, nothing } from './params.ts'

/** A group as the API shows it: JupyterHub's group model; what the asker may not read is absent. */
const GroupBody = z.object({
  kind: z.literal('group'),
  name: z.string(),
  roles: z.array(z.string()).optional().describe('roles that its members have through it'),
  users: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
})
export type GroupBody = z.infer<typeof GroupBody>

/** Roles are given in the configuration alone; a client that sends back what it was shown of none is not refused. */
const NoRoles = z.array(z.string()).max(0, 'roles are given in the configuration (roles:)')

const Members = z.array(PersonName).max(10_000)

export const listGroups = endpoint({
  method: 'GET',
  path: '/groups',
  summary: 'Groups, in order of their making',
  scopes: ['list:groups'],
  lists: true,
  params: z.object(PAGE_PARAMS),
  body: nothing,
  output: pageOrItems(z.array(GroupBody)),
  status: 200,
})

export const addGroups = endpoint({
  method: 'POST',
  path: '/groups',
  summary: 'Make groups, all with the same members: all of them, or none',
  scopes: ['admin:groups'],
  audit: 'group.add',
  params: z.object({}),
  body: z.strictObject({
    groups: z.array(GroupName).min(1).max(1000),
    users: Members.default([]),
    roles: NoRoles.optional(),
  }),
  output: z.array(GroupBody),
  status: 201,
})

export const getGroup = endpoint({
  method: 'GET',
  path: '/groups/:group',
  summary: 'One group',
  scopes: ['read:groups', 'read:groups:name', 'read:roles:groups'],
  params: GroupParams,
  body: nothing,
  output: GroupBody,
  status: 200,
})

export const addGroup = endpoint({
  method: 'POST',
  path: '/groups/:group',
  summary: 'Make a group',
  scopes: ['admin:groups'],
  audit: 'group.add',
  params: GroupParams,
  body: z
    .strictObject({
      name: z.string().max(1024).optional().describe('passed over: the path names it'),
      users: Members.default([]),
      roles: NoRoles.optional(),
    })
    .prefault({}),
  output: GroupBody,
  status: 201,
})

export const removeGroup = endpoint({
  method: 'DELETE',
  path: '/groups/:group',
  summary: 'Remove a group; its members stay people',
  scopes: ['delete:groups'],
  audit: 'group.remove',
  params: GroupParams,
  body: nothing,
  output: z.void(),
  status: 204,
})

const MembersBody = z.strictObject({
  users: Members,
  name: z.string().max(1024).optional().describe('passed over: the path names it'),
  roles: NoRoles.optional(),
})

export const addMembers = endpoint({
  method: 'POST',
  path: '/groups/:group/users',
  summary: 'Put people into a group; who is in already stays',
  scopes: ['groups'],
  audit: 'group.change',
  params: GroupParams,
  body: MembersBody,
  output: GroupBody,
  status: 200,
})

export const removeMembers = endpoint({
  method: 'DELETE',
  path: '/groups/:group/users',
  summary: 'Take people out of a group; who is not in is passed over',
  scopes: ['groups'],
  audit: 'group.change',
  params: GroupParams,
  body: MembersBody,
  output: GroupBody,
  status: 200,
})

export const setGroupProperties = endpoint({
  method: 'PUT',
  path: '/groups/:group/properties',
  summary: 'Replace the properties of a group, which mean what services make of them',
  scopes: ['groups'],
  audit: 'group.change',
  params: GroupParams,
  body: z.record(z.string(), z.json()),
  output: GroupBody,
  status: 200,
})
