import { setTimeout as delay } from 'node:timers/promises'

import { passes } from './until-available.ts'

/** Does it every so often until `end` aborts. A trouble that lasts is told when it begins and when it is over. */
export async function repeat(
  run: () => Promise<unknown>,
  everyMs: number | (() => number),
  { end, say }: { readonly end: AbortSignal; readonly say: (message: string) => void },
): Promise<void> {
  for (let trouble = ''; !end.aborted;) {
    await delay(typeof everyMs === 'number' ? everyMs : everyMs(), undefined, {
      ref: false,
      signal: end,
    }).catch(() => undefined)
    if (end.aborted) return
    const now = await run().then(() => '', describe)
    if (now !== trouble) say(now === '' ? 'it works again' : now)
    trouble = now
  }
}

function describe(error: unknown): string {
  if (passes(error)) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
