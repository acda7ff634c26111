import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, UserParams } from './params.ts'

/** JupyterHub's model of a token. */
const TokenBody = z.object({
  user: z.string(),
  id: z.string().describe('`a` and a number'),
  kind: z.literal('api_token'),
  roles: z.array(z.string()).describe('always empty: tokens hold scopes'),
  scopes: z.array(z.string()).describe('what it gives now, expanded'),
  created: z.iso.datetime(),
  last_activity: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
  note: z.string(),
  session_id: z.string().nullable(),
  oauth_client: z.string().describe('whom it was given to; "JupyterHub" when it was made by hand'),
})
export type TokenBody = z.infer<typeof TokenBody>

/** Where one is told from the others. */
const TokenParams = UserParams.extend({ id: z.string().max(64) })

const Names = z.array(z.string().max(1024)).max(1000)

export const listTokens = endpoint({
  method: 'GET',
  path: '/users/:user/tokens',
  summary: "A person's tokens that have not expired: his own, his servers', and what visitors hold",
  scopes: ['read:tokens'],
  params: UserParams,
  body: nothing,
  output: z.object({ api_tokens: z.array(TokenBody) }),
  status: 200,
})

export const createToken = endpoint({
  method: 'POST',
  path: '/users/:user/tokens',
  summary:
    'Make an API token: by whoever may, or, without a credential, by name and password (`auth`)',
  scopes: ['tokens'],
  tellsApart: true,
  audit: 'token.create',
  params: UserParams,
  body: z
    .strictObject({
      note: z.string().max(255).nullish(),
      expires_in: z
        .int()
        .positive()
        .max(100 * 366 * 86_400)
        .nullish()
        .describe('seconds; absent: never expires, or at the longest that the hub allows'),
      scopes: Names.nullish().describe('absent: all that the owner holds'),
      roles: Names.nullish().describe('the scopes of these roles; instead of `scopes`'),
      auth: z
        .strictObject({ username: z.string().max(1024), password: z.string().max(4096) })
        .optional(),
    })
    .prefault({}),
  output: TokenBody.extend({ token: z.string().describe('shown this once') }),
  status: 201,
})

export const getToken = endpoint({
  method: 'GET',
  path: '/users/:user/tokens/:id',
  summary: 'One token',
  scopes: ['read:tokens'],
  params: TokenParams,
  body: nothing,
  output: TokenBody,
  status: 200,
})

export const removeToken = endpoint({
  method: 'DELETE',
  path: '/users/:user/tokens/:id',
  summary:
    'Void a token, at once and everywhere; of one that was given to a service or server, all that the person gave it',
  scopes: ['tokens'],
  audit: 'token.remove',
  params: TokenParams,
  body: nothing,
  output: z.void(),
  status: 204,
})
