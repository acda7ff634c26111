import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, ServerParams } from './params.ts'

export const followStart = endpoint({
  method: 'GET',
  path: '/users/:user/servers/:server/progress',
  summary: 'A start as it goes on: one event a step, the last says how it ended',
  scopes: ['read:servers'],
  params: ServerParams,
  body: nothing,
  output: z.string().describe('server-sent events; the data of each is a Progress'),
  status: 200,
  media: 'text/event-stream',
})
