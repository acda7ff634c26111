import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, UserParams } from './params.ts'

export const lockUser = endpoint({
  method: 'POST',
  path: '/users/:user/lock',
  summary:
    'Lock a person out: no sign-in, no session, no token of his counts until he is unlocked (ours)',
  scopes: ['admin:users'],
  audit: 'user.lock',
  params: UserParams,
  body: z
    .strictObject({
      stop_servers: z.boolean().default(false).describe('also stop what of his is running'),
    })
    .prefault({}),
  output: z.void(),
  status: 204,
})

export const unlockUser = endpoint({
  method: 'POST',
  path: '/users/:user/unlock',
  summary: 'Let a person in again who was locked out (ours)',
  scopes: ['admin:users'],
  audit: 'user.unlock',
  params: UserParams,
  body: nothing,
  output: z.void(),
  status: 204,
})

export const makePasswordLink = endpoint({
  method: 'POST',
  path: '/users/:user/password-link',
  summary:
    'A one-time link under which the person chooses a new password. The old one is good until then; with the new one all his browsers are signed out (ours)',
  scopes: ['admin:users'],
  audit: 'password-link.make',
  params: UserParams,
  body: nothing,
  output: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
  status: 201,
})

export const changePassword = endpoint({
  method: 'PUT',
  path: '/user/password',
  summary: "Change one's own password; one's other browsers are signed out (ours)",
  scopes: [],
  known: true,
  audit: 'password.change',
  params: z.object({}),
  body: z.strictObject({
    old_password: z.string().max(4096),
    new_password: z.string().max(4096),
  }),
  output: z.void(),
  status: 204,
})

/** Why somebody holds a scope. */
const Reason = z.object({
  role: z.string(),
  scope: z.string().describe("the role's own scope that gives it"),
  through: z
    .enum(['everyone', 'admin', 'name', 'group', 'share'])
    .describe(
      'everyone has the role, admins have it, it names the person, or a group of his, or somebody shares with him',
    ),
  group: z.string().optional(),
})

export const listRights = endpoint({
  method: 'GET',
  path: '/users/:user/rights',
  summary: 'Every scope that a person holds, and why (ours)',
  scopes: ['read:users', 'read:roles:users'],
  params: UserParams,
  body: nothing,
  output: z.object({
    user: z.string(),
    rights: z.array(z.object({ scope: z.string(), reasons: z.array(Reason) })),
  }),
  status: 200,
})
