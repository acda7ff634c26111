import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing } from './params.ts'

const ConfigReport = z.object({
  file: z.string(),
  revision: z.string().describe('tells one text of the file from another'),
  taken_on: z.iso.datetime(),
  waiting: z
    .array(z.string())
    .describe("settings that were changed and wait for the hub's next start"),
  refusal: z
    .object({ at: z.iso.datetime(), message: z.string() })
    .nullable()
    .describe('why the file as it is now is not in force; the one from before is'),
  troubles: z
    .array(z.string())
    .describe('what is in force, but did not take hold everywhere yet; it is tried again'),
  settings: z.array(
    z.object({
      name: z.string(),
      value: z.json().describe('as it would stand in the file; secrets are hidden'),
      source: z.enum(['default', 'file', 'command line']),
      line: z.int().nullable(),
    }),
  ),
})
export type ConfigReport = z.infer<typeof ConfigReport>

export const getConfig = endpoint({
  method: 'GET',
  path: '/config',
  summary:
    'The settings in force, where each comes from, and whether the file has been taken on (ours)',
  scopes: ['operator', 'admin:users'],
  params: z.object({}),
  body: nothing,
  output: ConfigReport,
  status: 200,
})

export const applyConfig = endpoint({
  method: 'POST',
  path: '/config',
  summary:
    'Look at the configuration file now, take it on or say why not (ours); the hub also does so by itself',
  scopes: ['operator', 'shutdown'],
  audit: 'config.change',
  params: z.object({}),
  body: nothing,
  output: ConfigReport,
  status: 200,
})
