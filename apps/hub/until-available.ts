import { setTimeout as delay } from 'node:timers/promises'

import { backoff } from '#core/base/backoff.ts'
import { HubError } from '#core/domain/errors.ts'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5000

/**
 * Does it again for as long as it fails for a reason that passes by itself: after a power cut the database may start later than
 * the hub.
 * @param absent is told why, each time that the reason is another one
 * @throws whatever does not pass
 */
export async function untilAvailable<T>(
  run: () => Promise<T>,
  absent: (why: string) => Promise<void>,
): Promise<T> {
  const waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
  for (let told = ''; ;) {
    try {
      return await run()
    } catch (error) {
      if (!passes(error)) throw error
      if (error.message !== told) await absent(error.message)
      told = error.message
    }
    await delay(waits.next().value)
  }
}

/** Whether it may work a little later, with nothing changed. */
export function passes(error: unknown): error is HubError {
  return error instanceof HubError && error.retryAfter !== undefined
}
