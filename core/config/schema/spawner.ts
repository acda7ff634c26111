import * as z from 'zod'

import { Duration } from '../duration.ts'
import { PagePath } from './addresses.ts'
import { Environment } from './names.ts'
import { SpawnForm } from './spawn-form.ts'

export const Spawner = z.strictObject({
  use: z
    .enum(['auto', 'process'])
    .default('auto')
    .describe(
      'What runs the servers. `auto` takes the strongest that holds on this machine; `process` keeps nobody apart, so `auto` takes it only while the hub is reached from this machine alone',
    )
    .meta({ live: 'restart' }),
  process: z
    .strictObject({
      every_notebook_is_operator: z
        .boolean()
        .default(false)
        .describe(
          'Accepts, on an address that other machines reach, that everyone with a notebook can do all that the hub can',
        )
        .meta({ live: 'restart' }),
    })
    .prefault({}),
  command: z
    .array(z.string().min(1))
    .min(1)
    .default(['jupyterhub-singleuser'])
    .describe('The single-user server and its arguments')
    .meta({ live: 'restart' }),
  environment: Environment.default({}).describe(
    'Further environment of every server, from its next start. Not for secrets: each person can read his own',
  ),
  default_url: PagePath.default('/lab').describe(
    "Where a server's address leads: `/lab`, `/tree`, or another of its pages",
  ),
  form: SpawnForm.default([]).describe('Fields that people fill in before a server starts'),
  start_timeout: Duration.prefault('60s').describe(
    'How long a server may take from its start to its first answer',
  ),
  concurrent_starts: z
    .int()
    .min(1)
    .max(10_000)
    .default(16)
    .describe('Most servers that are being started at one time; who comes later waits in line'),
  concurrent_starts_per_person: z
    .int()
    .min(0)
    .default(2)
    .describe("Most of one person's servers that are being started at one time. 0: no limit"),
  active_servers: z
    .int()
    .min(0)
    .default(0)
    .describe('Most servers that run, or are being started, at one time. 0: no limit'),
  active_servers_per_person: z
    .int()
    .min(0)
    .default(0)
    .describe("Most of one person's servers that run at one time. 0: no limit"),
  homes: z
    .string()
    .default('')
    .describe("Folder of people's files, for `process`; empty: `homes` in the data directory")
    .meta({ live: 'restart' }),
})
