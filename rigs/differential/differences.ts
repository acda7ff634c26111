import type { Case } from './case.ts'

/** A way in which this hub answers otherwise than JupyterHub 6.1.1, and why. */
export interface Difference {
  readonly id: string
  /** Which requests: `noun METHOD /path`, as the tables have them. */
  readonly at: RegExp
  /** Which of their lines: `where: theirs ≠ ours`. */
  readonly differs: RegExp
  /** Of whom, or with which body; absent: all. */
  readonly when?: (each: Case) => boolean
  readonly theirs: string
  readonly ours: string
  readonly why: string
}

export const DIFFERENCES: readonly Difference[] = []

const seen = new Set<string>()

/** Whether the list has the difference; notes that it has occurred. */
export function isListed(noun: string, each: Case, line: string): boolean {
  const request = `${noun} ${each.method} ${each.path}`
  const found = DIFFERENCES.filter(
    ({ at, differs, when }) => at.test(request) && differs.test(line) && (when?.(each) ?? true),
  )
  for (const { id } of found) seen.add(id)
  return found.length > 0
}

export function neverSeen(): readonly string[] {
  return DIFFERENCES.map(({ id }) => id).filter((id) => !seen.has(id))
}
