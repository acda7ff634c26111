import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { UserParams } from './params.ts'

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
