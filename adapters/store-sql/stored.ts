import type * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'

/** What a row holds, as `schema` has it. @throws HubError `unavailable` when somebody else wrote there */
export function stored<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw unreadable(read.error)
}

/** As `stored`, of JSON. */
export function storedJson<T>(schema: z.ZodType<T>, text: string): T {
  return stored(schema, parsed(text))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(error)
  }
}

function unreadable(cause: unknown): HubError {
  return new HubError(
    'unavailable',
    'The database holds something that this version cannot read. Restore it from a backup.',
    { cause },
  )
}
