import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing } from './params.ts'

const Part = z.object({ class: z.string(), version: z.string() })

export const getInfo = endpoint({
  method: 'GET',
  path: '/info',
  summary: 'What the hub runs on, and what it starts servers and signs people in with',
  scopes: ['read:hub'],
  params: z.object({}),
  body: nothing,
  output: z.object({
    version: z.string().describe('of the protocol, as in `GET /`'),
    python: z.string().describe('of what the hub itself runs on, which is no Python'),
    sys_executable: z.string(),
    spawner: Part,
    authenticator: Part,
    bulkhead: z.string().describe('the version of the hub itself; ours'),
  }),
  status: 200,
})
