import type { AuditAction, AuditEntry, AuditEvent } from './audit-entry.ts'
import type { Anchor } from './chain.ts'

/** Which rows: all that fit every condition that is given. */
export interface AuditFilter {
  /** A person whose part it is: what he did, and what was done to him. */
  readonly part?: number
  /** The actor's name. */
  readonly who?: string
  /** The name of a person, a server, a group …; a person's name finds his servers as well. */
  readonly target?: string
  readonly action?: AuditAction
  readonly since?: Date
  /** Not included. */
  readonly until?: Date
}

/** Equal refusals on their way to one row. */
export interface HeldRefusal {
  /** Equal for refusals that are one row. */
  readonly key: string
  readonly event: AuditEvent
}

/** The log. Rows are added at its end and read; what it holds is never changed, and taken away only from its beginning. */
export interface AuditLog {
  /** Adds a row, chained to the last one. */
  append(event: AuditEvent): Promise<AuditEntry>
  /** Keeps a refusal back, or adds its count to the one that is kept back under the key. */
  hold(refusal: HeldRefusal): Promise<void>
  /** Makes a row of everything kept back that began before the time, oldest first; how many. */
  settle(before: Date): Promise<number>
  /** What is kept back, newest first. */
  held(filter: AuditFilter, most: number): Promise<readonly AuditEvent[]>
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly total: number }>
  /** Oldest first, those after the row `after`. */
  scan(filter: AuditFilter, after: number, limit: number): Promise<readonly AuditEntry[]>
  /** The last row as the log itself remembers it: `START` when nothing was ever written. */
  last(): Promise<Anchor>
  /**
   * Takes away what is older than `before`, and the oldest above `most` rows; `record` makes the row that says so, in the same step.
   * @returns how many were taken
   */
  prune(
    limits: { readonly before: Date; readonly most: number },
    record: (pruned: { readonly rows: number; readonly through: Anchor }) => AuditEvent,
  ): Promise<number>
}
