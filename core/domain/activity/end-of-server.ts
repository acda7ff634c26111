import type { CullTimes } from './culling-settings.ts'

/** When a server is going to be stopped, as far as it is known, and why. */
export interface End {
  readonly at: Date
  /** `idle`: unless something is done in it before, or its owner keeps it · `age`: whatever happens. */
  readonly reason: 'idle' | 'age'
  /** From when on its owner is told. */
  readonly warnFrom: Date
}

/** The end of a server that was started then, and in which something was done last then; the earlier of its two ends. */
export function endOf(
  times: CullTimes,
  { startedAt, activeAt }: { readonly startedAt: Date; readonly activeAt: Date },
): End | null {
  const ends = [
    ...(times.idleAfterMs > 0 ? [endAt(activeAt, times.idleAfterMs, 'idle', times)] : []),
    ...(times.maxAgeMs > 0 ? [endAt(startedAt, times.maxAgeMs, 'age', times)] : []),
  ]
  return ends.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null
}

function endAt(
  since: Date,
  afterMs: number,
  reason: End['reason'],
  { warnBeforeMs }: CullTimes,
): End {
  const at = since.getTime() + afterMs
  // Half of the time at most: a server that was used a moment ago is not warned of.
  const warnMs = Math.min(warnBeforeMs, afterMs / 2)
  return { at: new Date(at), reason, warnFrom: new Date(at - warnMs) }
}
