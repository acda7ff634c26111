import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { UserParams } from './params.ts'

const Time = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) => new Date(/Z|[+-]\d\d:?\d\d$/i.test(text) ? text : `${text}Z`))

export const reportActivity = endpoint({
  method: 'POST',
  path: '/users/:user/activity',
  summary: 'When a person, or his servers, were last active; time never moves back',
  scopes: ['users:activity'],
  audit: null,
  params: UserParams,
  body: z.object({
    last_activity: Time.optional(),
    servers: z.record(z.string(), z.object({ last_activity: Time })).optional(),
  }),
  output: z.void(),
  status: 200,
})
