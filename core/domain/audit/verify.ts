import { HubError } from '../errors.ts'
import type { AuditEntry } from './audit-entry.ts'
import type { AuditLog } from './audit-log.ts'
import { type Anchor, faultOf, readAnchor, START } from './chain.ts'

export interface Verdict {
  /** How many rows were looked at and found in order. */
  readonly rows: number
  /** The last row that is in order. */
  readonly last: Anchor
  /** The first row that is not, and what is wrong there. */
  readonly broken: { readonly id: number; readonly reason: string } | null
}

const CHUNK = 1000

/**
 * Looks at every row in turn. The first one is checked against what the newest row about pruning says of those before it, the
 * end against what the log remembers of its last row, and all against `noted`: a row that somebody wrote down elsewhere, where
 * whoever could rewrite the whole log does not reach.
 */
export async function verify(log: AuditLog, noted?: Anchor): Promise<Verdict> {
  for (;;) {
    const start = await beginning(log)
    const verdict = await verifyFrom(start, log, noted)
    // Rows that were pruned while we looked are not missing.
    if (verdict.broken === null || (await beginning(log)).id === start.id) return verdict
  }
}

async function verifyFrom(
  start: Anchor,
  log: AuditLog,
  noted: Anchor | undefined,
): Promise<Verdict> {
  const known = [await log.last(), ...(noted ? [noted] : [])]
  let last = start
  const broken = (id: number, reason: string): Verdict => ({
    rows: last.id - start.id,
    last,
    broken: { id, reason },
  })
  for (;;) {
    const entries = await chunk(log, last.id)
    if (!entries) return broken(last.id + 1, `row ${last.id + 1} cannot be read`)
    for (const entry of entries) {
      const reason = faultOf(last, entry) ?? otherThanKnown(entry, known)
      if (reason !== undefined) return broken(last.id + 1, reason)
      last = { id: entry.id, hash: entry.hash }
    }
    if (entries.length === 0) break
  }
  if (known.some(({ id }) => id > last.id))
    return broken(last.id + 1, `the rows after ${last.id} are missing`)
  return { rows: last.id - start.id, last, broken: null }
}

/** The next rows that can be read; undefined when the very next one cannot, because somebody else wrote there. */
async function chunk(log: AuditLog, after: number): Promise<readonly AuditEntry[] | undefined> {
  for (const limit of [CHUNK, 1]) {
    try {
      return await log.scan({}, after, limit)
    } catch (error) {
      if (!(error instanceof HubError && error.code === 'unavailable')) throw error
    }
  }
  return undefined
}

function otherThanKnown({ id, hash }: Anchor, known: readonly Anchor[]): string | undefined {
  return known.some((row) => row.id === id && row.hash !== hash)
    ? `row ${id} is another one than was written there`
    : undefined
}

/** Where the rows begin that are still there. */
async function beginning(log: AuditLog): Promise<Anchor> {
  const { items } = await log.list({ action: 'audit.pruned' }, { offset: 0, limit: 1 })
  const detail = items[0]?.detail
  return (detail === undefined ? undefined : readAnchor(detail)) ?? START
}
