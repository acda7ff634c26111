import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { UserBody } from './models.ts'
import { nothing } from './params.ts'

const credential = {
  token_id: z.string().nullable(),
  session_id: z.string().nullable().describe('ties a token to the browser that it was made for'),
  scopes: z.array(z.string()),
} as const

export const getWho = endpoint({
  method: 'GET',
  path: '/user',
  summary: 'Whose the credential is, and what it may do',
  scopes: [],
  known: true,
  params: z.object({}),
  body: nothing,
  output: z.union([
    UserBody.extend(credential),
    z.object({ kind: z.literal('service'), name: z.string(), ...credential }).loose(),
  ]),
  status: 200,
})
