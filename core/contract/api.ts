import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { ServerBody, UserBody } from './models.ts'

const nothing = z.unknown()
const UserParams = z.object({ user: z.string() })
const ServerParams = z.object({ user: z.string(), server: z.string().default('') })

/** The version of JupyterHub's protocol that is spoken, sent as `X-JupyterHub-Version` with every answer. */
export const PROTOCOL_VERSION = '6.1.1'

export const getVersion = endpoint({
  method: 'GET',
  path: '/',
  summary: "The hub's version",
  scopes: [],
  params: z.object({}),
  body: nothing,
  output: z.object({ version: z.string() }),
  status: 200,
})

export const listUsers = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'People, in order of their making',
  scopes: ['list:users'],
  params: z.object({
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(200),
  }),
  body: nothing,
  output: z.array(UserBody),
  status: 200,
})

export const getUser = endpoint({
  method: 'GET',
  path: '/users/:user',
  summary: 'One person',
  scopes: ['read:users', 'read:users:name', 'read:users:activity', 'read:servers'],
  params: UserParams,
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

export const makeSignUpLink = endpoint({
  method: 'POST',
  path: '/users/:user/sign-up-link',
  summary: 'A one-time link under which the person chooses a first password (ours)',
  scopes: ['admin:users'],
  params: UserParams,
  body: nothing,
  output: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
  status: 201,
})

export const createToken = endpoint({
  method: 'POST',
  path: '/users/:user/tokens',
  summary: 'Make an API token',
  scopes: ['tokens'],
  params: UserParams,
  body: z
    .object({
      note: z.string().max(255).optional(),
      expires_in: z
        .int()
        .positive()
        .nullable()
        .optional()
        .describe('seconds; absent: never expires'),
      scopes: z.array(z.string()).optional().describe('absent: all that the owner holds'),
    })
    .prefault({}),
  output: z.object({
    token: z.string(),
    id: z.string(),
    kind: z.literal('api_token'),
    user: z.string(),
    scopes: z.array(z.string()),
    note: z.string(),
    created: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
  }),
  status: 201,
})

export const startServer = endpoint({
  method: 'POST',
  path: '/users/:user/servers/:server',
  summary:
    'Start a server (201: it is ready, 202: it is on its way); without a name: POST /users/:user/server',
  scopes: ['start:servers'],
  params: ServerParams,
  body: nothing,
  output: z.void(),
  status: 202,
})

export const stopServer = endpoint({
  method: 'DELETE',
  path: '/users/:user/servers/:server',
  summary: 'Stop a server, or give up its start (204: it is gone, 202: it is on its way)',
  scopes: ['delete:servers'],
  params: ServerParams,
  body: nothing,
  output: z.void(),
  status: 202,
})

export const getServer = endpoint({
  method: 'GET',
  path: '/users/:user/servers/:server',
  summary: 'One server',
  scopes: ['read:servers'],
  params: ServerParams,
  body: nothing,
  output: ServerBody,
  status: 200,
})

export const makeSetUpLink = endpoint({
  method: 'POST',
  path: '/set-up-link',
  summary:
    'A new one-time link under which the first admin is made; the old one is void (ours, operator only)',
  scopes: ['operator'],
  params: z.object({}),
  body: nothing,
  output: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
  status: 201,
})

/** Posted by the set-up page: who holds the code becomes the first admin. Answers a signed-in session. */
export const useSetUp = endpoint({
  method: 'POST',
  path: '/set-up',
  summary: 'Make the first admin (ours)',
  scopes: [],
  params: z.object({}),
  body: z.strictObject({
    code: z.string().max(128),
    name: z.string().max(1024),
    password: z.string().max(4096),
  }),
  output: z.object({ next: z.string() }),
  status: 201,
})

/** Posted by the sign-up page. Answers a signed-in session. */
export const useSignUp = endpoint({
  method: 'POST',
  path: '/sign-up',
  summary: 'Choose a first password under a one-time link (ours)',
  scopes: [],
  params: z.object({}),
  body: z.strictObject({ code: z.string().max(128), password: z.string().max(4096) }),
  output: z.object({ next: z.string() }),
  status: 201,
})

/** Whose sign-up link a code is, so that the page can greet him. */
export const readSignUp = endpoint({
  method: 'POST',
  path: '/sign-up/check',
  summary: 'Whose link it is (ours)',
  scopes: [],
  params: z.object({}),
  body: z.strictObject({ code: z.string().max(128) }),
  output: z.object({ name: z.string() }),
  status: 200,
})
