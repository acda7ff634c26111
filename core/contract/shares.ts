import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { PAGE_PARAMS, pageOf } from './paging.ts'
import { GroupParams, nothing, UserParams } from './params.ts'

/** No server can have this name; in paths it stands for the default one, whose name is empty. */
export const DEFAULT_SERVER = '-'
const ServerName = z.string().transform((name) => (name === DEFAULT_SERVER ? '' : name))

const OwnerParams = z.object({ user: z.string() })
/** One of a person's servers; `-`, or a path that ends with a slash, names the default server. */
const ServersParams = OwnerParams.extend({ server: ServerName })
/** A server of somebody else's, in the path of with whom it is shared. */
const OF_OWNER = { owner: z.string(), name: ServerName } as const

const SharedServer = z.object({
  user: z.object({ name: z.string() }).describe('its owner'),
  name: z.string(),
  url: z.string(),
  full_url: z.string().nullable(),
  ready: z.boolean(),
})

const Scopes = z.array(z.string()).describe('each over this server alone (!server=OWNER/NAME)')

const ShareBody = z.object({
  server: SharedServer,
  scopes: Scopes,
  user: z.object({ name: z.string() }).nullable(),
  group: z.object({ name: z.string() }).nullable(),
  kind: z.enum(['user', 'group']),
  created_at: z.iso.datetime(),
})
export type ShareBody = z.infer<typeof ShareBody>

const ShareCodeBody = z.object({
  server: SharedServer,
  scopes: Scopes,
  id: z.string(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  exchange_count: z.int(),
  last_exchanged_at: z.iso.datetime().nullable(),
})
export type ShareCodeBody = z.infer<typeof ShareCodeBody>

const AskedScopes = z
  .array(z.string().max(255))
  .max(50)
  .nullable()
  .default([])
  .transform((scopes) => scopes ?? [])

const ShareRequest = z
  .strictObject({
    user: z.string().max(1024).nullable().optional(),
    group: z.string().max(1024).nullable().optional(),
    scopes: AskedScopes,
  })
  .refine(
    ({ user, group }) => (user ?? '') !== '' || (group ?? '') !== '',
    'user or group is needed',
  )
  .refine(
    ({ user, group }) => !((user ?? '') !== '' && (group ?? '') !== ''),
    'user or group, not both',
  )

export const listAllShares = endpoint({
  method: 'GET',
  path: '/shares/:user',
  summary: 'What is shared of all of a person’s servers',
  scopes: ['read:shares'],
  params: OwnerParams.extend(PAGE_PARAMS),
  body: nothing,
  output: pageOf(z.array(ShareBody)),
  status: 200,
})

export const listShares = endpoint({
  method: 'GET',
  path: '/shares/:user/:server',
  summary: 'What is shared of one server; its name is empty, or `-`, for the default one',
  scopes: ['read:shares'],
  params: ServersParams.extend(PAGE_PARAMS),
  body: nothing,
  output: pageOf(z.array(ShareBody)),
  status: 200,
})

export const addShare = endpoint({
  method: 'POST',
  path: '/shares/:user/:server',
  summary: 'Share a server with a person or a group',
  audit: 'share.change',
  scopes: ['shares'],
  params: ServersParams,
  body: ShareRequest,
  output: ShareBody,
  status: 200,
})

export const reduceShare = endpoint({
  method: 'PATCH',
  path: '/shares/:user/:server',
  summary:
    'Take away scopes of a share, or, without scopes, all of it; answers what is left, or {}',
  audit: 'share.change',
  scopes: ['shares'],
  params: ServersParams,
  body: ShareRequest,
  output: z.union([ShareBody, z.strictObject({})]),
  status: 200,
})

export const removeShares = endpoint({
  method: 'DELETE',
  path: '/shares/:user/:server',
  summary: 'Share a server with nobody any more',
  audit: 'share.remove',
  scopes: ['shares'],
  params: ServersParams,
  body: nothing,
  output: z.void(),
  status: 204,
})

export const listAllShareCodes = endpoint({
  method: 'GET',
  path: '/share-codes/:user',
  summary: 'The codes of all of a person’s servers that are good',
  scopes: ['read:shares'],
  params: OwnerParams.extend(PAGE_PARAMS),
  body: nothing,
  output: pageOf(z.array(ShareCodeBody)),
  status: 200,
})

export const listShareCodes = endpoint({
  method: 'GET',
  path: '/share-codes/:user/:server',
  summary: 'The codes of one server that are good',
  scopes: ['read:shares'],
  params: ServersParams.extend(PAGE_PARAMS),
  body: nothing,
  output: pageOf(z.array(ShareCodeBody)),
  status: 200,
})

export const addShareCode = endpoint({
  method: 'POST',
  path: '/share-codes/:user/:server',
  summary: 'Make a code under which whoever has it gets a share; it is shown once',
  audit: 'share.change',
  scopes: ['shares'],
  params: ServersParams,
  body: z
    .strictObject({
      scopes: AskedScopes,
      expires_in: z
        .int()
        .min(60)
        .max(31_536_000)
        .default(86_400)
        .describe('seconds; what was accepted until then stays'),
    })
    .prefault({}),
  output: ShareCodeBody.extend({
    code: z.string(),
    accept_url: z.string(),
    full_accept_url: z.string().nullable(),
  }),
  status: 200,
})

export const removeShareCodes = endpoint({
  method: 'DELETE',
  path: '/share-codes/:user/:server',
  summary: 'Void one code of a server, by itself or its id, or all of them',
  audit: 'share.change',
  scopes: ['shares'],
  params: ServersParams.extend({ code: z.string().optional(), id: z.string().optional() }),
  body: nothing,
  output: z.void(),
  status: 204,
})

export const listSharedWithUser = endpoint({
  method: 'GET',
  path: '/users/:user/shared',
  summary: 'What is shared with a person, through groups too',
  scopes: ['read:users:shares'],
  params: UserParams.extend(PAGE_PARAMS),
  body: nothing,
  output: pageOf(z.array(ShareBody)),
  status: 200,
})

export const getSharedWithUser = endpoint({
  method: 'GET',
  path: '/users/:user/shared/:owner/:name',
  summary: 'What is shared with a person of one server',
  scopes: ['read:users:shares'],
  params: UserParams.extend(OF_OWNER),
  body: nothing,
  output: ShareBody,
  status: 200,
})

export const leaveAsUser = endpoint({
  method: 'DELETE',
  path: '/users/:user/shared/:owner/:name',
  summary: 'Give back what is shared with a person of one server',
  audit: 'share.remove',
  scopes: ['users:shares'],
  params: UserParams.extend(OF_OWNER),
  body: nothing,
  output: z.void(),
  status: 204,
})

export const listSharedWithGroup = endpoint({
  method: 'GET',
  path: '/groups/:group/shared',
  summary: 'What is shared with a group',
  scopes: ['read:groups:shares'],
  params: GroupParams.extend(PAGE_PARAMS),
  body: nothing,
  output: pageOf(z.array(ShareBody)),
  status: 200,
})

export const getSharedWithGroup = endpoint({
  method: 'GET',
  path: '/groups/:group/shared/:owner/:name',
  summary: 'What is shared with a group of one server',
  scopes: ['read:groups:shares'],
  params: GroupParams.extend(OF_OWNER),
  body: nothing,
  output: ShareBody,
  status: 200,
})

export const leaveAsGroup = endpoint({
  method: 'DELETE',
  path: '/groups/:group/shared/:owner/:name',
  summary: 'Give back what is shared with a group of one server',
  audit: 'share.remove',
  scopes: ['groups:shares'],
  params: GroupParams.extend(OF_OWNER),
  body: nothing,
  output: z.void(),
  status: 204,
})
