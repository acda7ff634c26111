import { setTimeout as delay } from 'node:timers/promises'

/** Time as a part that is passed in, so that an hour can pass in a test at once. */
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {})
  },
}
