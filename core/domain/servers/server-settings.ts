import type { FormField } from './spawn-form.ts'

/** What the operator says about servers. It can change while the hub runs: whoever uses it asks anew each time. */
export interface ServerSettings {
  /** From the turn to start to the first answer. */
  readonly startTimeoutMs: number
  /** The operator's own additions to every server's environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Where a server's own address leads, such as `/lab`. */
  readonly defaultUrl: string
  /** What people choose before a server starts; empty: nothing, and `userOptions` are whatever they are. */
  readonly form: readonly FormField[]
  /** Starts at one time; `perPerson` 0: no limit. */
  readonly starts: { readonly atOnce: number; readonly perPerson: number }
  readonly limits: ServerLimits
}

/** How many servers there may be. 0: no limit. */
export interface ServerLimits {
  /** False: each person has the one without a name. */
  readonly namedAllowed: boolean
  /** Named ones of one person. */
  readonly named: number
  /** Running or starting ones, of all. */
  readonly active: number
  /** Running or starting ones of one person. */
  readonly activePerPerson: number
  /** What holds for a group's members instead; in several groups, the highest. */
  readonly groups: Readonly<Record<string, GroupLimits>>
}

interface GroupLimits {
  readonly named?: number | undefined
  readonly activePerPerson?: number | undefined
}

/** The limit of one person, as his groups change it; Infinity: none. */
export function limitOf(
  limits: ServerLimits,
  which: 'named' | 'activePerPerson',
  groups: readonly string[],
): number {
  const own = groups.flatMap((group) => limits.groups[group]?.[which] ?? [])
  const found = own.length === 0 ? [limits[which]] : own
  return Math.max(...found.map((limit) => (limit === 0 ? Infinity : limit)))
}
