import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, UserParams } from './params.ts'

const used = {
  minutes: z.int().describe('how many minutes servers ran'),
  memory_mean: z.int().nullable().describe('bytes; null: not known'),
  memory_most: z.int().nullable().describe('bytes'),
  cpu_seconds: z.number(),
  disk_most: z.int().nullable().describe('bytes'),
}

const Usage = z
  .object({
    from: z.iso.datetime(),
    step: z.enum(['minute', 'hour']),
    spans: z.array(z.object({ at: z.iso.datetime(), ...used })).describe('the oldest first'),
    servers: z
      .array(z.object({ user: z.string(), server: z.string(), ...used }))
      .describe('totals, the one that used the most processor time first'),
  })
  .meta({ id: 'Usage' })
export type UsageBody = z.infer<typeof Usage>

const Asked = z.object({
  hours: z.coerce
    .number()
    .min(0.1)
    .max(24 * 366)
    .default(24)
    .describe('how far back'),
  step: z
    .enum(['minute', 'hour'])
    .default('hour')
    .describe('minutes are kept for a day, hours for as long as `usage.keep` says'),
})

export const getUsage = endpoint({
  method: 'GET',
  path: '/usage',
  summary: 'What all servers used: memory, processor time, disk',
  scopes: ['read:metrics'],
  params: Asked,
  body: nothing,
  output: Usage,
  status: 200,
})

export const getUserUsage = endpoint({
  method: 'GET',
  path: '/users/:user/usage',
  summary: 'What the servers of a person used',
  scopes: ['read:servers', 'read:metrics'],
  params: UserParams.extend(Asked.shape),
  body: nothing,
  output: Usage,
  status: 200,
})
