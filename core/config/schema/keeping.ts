import * as z from 'zod'

import { Duration, DurationOrNone } from '../duration.ts'
import { DatabaseUrl } from './addresses.ts'

export const Database = z.strictObject({
  url: DatabaseUrl.default('sqlite')
    .describe('`sqlite`: a file in the data directory; or the address of a PostgreSQL database')
    .meta({ live: 'restart' }),
  password_file: z
    .string()
    .default('')
    .describe('File whose first line is the password for it')
    .meta({ live: 'restart' }),
})

export const Tokens = z.strictObject({
  longest: DurationOrNone.prefault(0).describe(
    'No token is made for longer than this, and one without an end gets this. 0: no limit',
  ),
})

export const Shares = z.strictObject({
  everyone: z
    .boolean()
    .default(false)
    .describe(
      'Whether everyone may share his servers. Without it, those may to whom a role gives `shares!user`',
    ),
})

export const Audit = z.strictObject({
  max_age: Duration.prefault('365d').describe('Older entries of the audit log are taken away'),
  max_rows: z
    .int()
    .min(1000)
    .default(1_000_000)
    .describe('Of more entries than this, the oldest are taken away'),
})

export const Usage = z.strictObject({
  keep: Duration.prefault('30d').describe(
    'How long what servers used (memory, processor, disk) is kept',
  ),
})

export const Metrics = z.strictObject({
  authenticated: z
    .boolean()
    .default(true)
    .describe('Whether `/hub/metrics` is answered only to who holds `read:metrics`'),
})
