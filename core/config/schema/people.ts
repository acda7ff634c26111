import * as z from 'zod'

import { byName, GroupName, refuseTwice, RoleName, ServiceName, UserName } from './names.ts'
import { CustomScopeName, Scope } from './scopes.ts'

const Group = z.strictObject({
  users: z
    .array(UserName)
    .default([])
    .describe('Members; a name makes nobody, it applies once the person exists'),
  properties: z
    .record(z.string(), z.json())
    .default({})
    .describe('Whatever services and hooks want to know of the group'),
  limits: z
    .strictObject({
      named_servers: z
        .int()
        .min(0)
        .optional()
        .describe(
          'Most named servers of a member, instead of `named_servers.per_user`. 0: no limit',
        ),
      active_servers: z
        .int()
        .min(0)
        .optional()
        .describe(
          'Most servers of a member that run at one time, instead of `spawner.active_servers_per_person`. 0: no limit',
        ),
    })
    .prefault({})
    .describe('Limits of the members; in several groups, the highest holds'),
})

/** Groups by name. */
export const Groups = byName(GroupName, Group)

const Role = z.strictObject({
  name: RoleName.describe(
    'With the name of a role that is built in (`user`, `server`, `token`) it takes the place of its scopes',
  ),
  description: z.string().max(1024).default('').describe('What it is for, in words'),
  scopes: z.array(Scope).default([]).describe('What its holders may do'),
  users: z.array(UserName).default([]).describe('People who hold it'),
  groups: z.array(GroupName).default([]).describe('Groups whose members hold it'),
  services: z.array(ServiceName).default([]).describe('Services that hold it'),
})

export const Roles = z.array(Role).superRefine((roles, context) => {
  refuseTwice(
    roles.map(({ name }) => name),
    context,
    (index) => [index, 'name'],
  )
  for (const [index, { name, scopes }] of roles.entries()) {
    if (name === 'admin' && scopes.length > 0)
      context.addIssue({
        code: 'custom',
        path: [index, 'scopes'],
        message: 'cannot be changed for the role admin; make a role with another name',
      })
  }
})

const CustomScope = z.strictObject({
  description: z
    .string()
    .min(1)
    .max(1024)
    .describe('What its holder may do, as a page of consent says it'),
  subscopes: z.array(CustomScopeName).default([]).describe('Scopes of your own that it includes'),
})

export const CustomScopes = z
  .record(CustomScopeName, CustomScope)
  .superRefine((scopes, context) => {
    for (const [name, { subscopes }] of Object.entries(scopes)) {
      for (const [index, sub] of subscopes.entries())
        if (!Object.hasOwn(scopes, sub))
          context.addIssue({
            code: 'custom',
            path: [name, 'subscopes', index],
            message: `is not defined in custom_scopes: ${sub}`,
          })
    }
  })
