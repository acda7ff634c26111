import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, ServerParams } from './params.ts'

const Culling = z
  .object({
    ends_at: z.iso
      .datetime()
      .nullable()
      .describe('when it is going to be stopped, if nothing is done in it; null: not at all'),
    reason: z
      .enum(['idle', 'age'])
      .nullable()
      .describe('`age`: it is stopped whatever is done in it, and cannot be kept'),
    warned: z.boolean().describe('the time has come to tell its owner'),
    exempt: z.boolean().describe('it is left alone, as an operator said'),
  })
  .meta({ id: 'Culling' })
export type CullingBody = z.infer<typeof Culling>

const path = '/users/:user/servers/:server/culling'

export const getCulling = endpoint({
  method: 'GET',
  path,
  summary: 'When a server is going to be stopped because nobody uses it, or because of its age',
  scopes: ['read:servers', 'access:servers'],
  params: ServerParams,
  body: nothing,
  output: Culling,
  status: 200,
})

export const keepServer = endpoint({
  method: 'POST',
  path,
  summary: 'Keep a server running: it is still used, as if something were done in it now',
  scopes: ['start:servers', 'users:activity'],
  audit: null,
  params: ServerParams,
  body: nothing,
  output: Culling,
  status: 200,
})

export const exemptServer = endpoint({
  method: 'PUT',
  path,
  summary: 'Say whether a server is left alone, however idle or old it is',
  scopes: ['admin:servers'],
  audit: 'server.change',
  params: ServerParams,
  body: z.strictObject({ exempt: z.boolean() }),
  output: Culling,
  status: 200,
})
