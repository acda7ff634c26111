import { Duration } from '#core/config/duration.ts'

import { CommandError } from './operator.ts'

/** `1h` and the like, in whole seconds. */
export function readLifetime(text: string): number {
  const read = Duration.safeParse(text)
  if (!read.success || read.data < 1000)
    throw new CommandError(`--expires-in ${text} is no length of time such as 30m, 1h or 7d`)
  return Math.floor(read.data / 1000)
}
