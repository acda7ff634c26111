/** After how long a server is stopped, in milliseconds. 0: never for that. */
export interface CullTimes {
  /** Nothing has been done in it. */
  readonly idleAfterMs: number
  /** It has run, whatever was done in it. */
  readonly maxAgeMs: number
  /** How long before that its owner is told. */
  readonly warnBeforeMs: number
}

/** What the operator says about stopping servers that nobody uses. It can change while the hub runs. */
export interface CullingSettings extends CullTimes {
  readonly exempt: { readonly users: readonly string[]; readonly groups: readonly string[] }
  /** Other times for the members of groups; in several, the longest holds. */
  readonly groups: Readonly<Record<string, Partial<CullTimes>>>
  /** Other times for people; they go before those of groups. */
  readonly users: Readonly<Record<string, Partial<CullTimes>>>
}

/** The times of one person's servers; undefined when they are not stopped at all. */
export function timesOf(
  settings: CullingSettings,
  user: string,
  groups: readonly string[],
): CullTimes | undefined {
  const { exempt } = settings
  if (exempt.users.includes(user) || groups.some((group) => exempt.groups.includes(group)))
    return undefined
  const pick = (which: keyof CullTimes) => {
    const own = settings.users[user]?.[which]
    if (own !== undefined) return own
    const theirs = groups.flatMap((group) => settings.groups[group]?.[which] ?? [])
    if (theirs.length === 0) return settings[which]
    // 0 is for ever, but of a warning it is none.
    return which !== 'warnBeforeMs' && theirs.includes(0) ? 0 : Math.max(...theirs)
  }
  const times = {
    idleAfterMs: pick('idleAfterMs'),
    maxAgeMs: pick('maxAgeMs'),
    warnBeforeMs: pick('warnBeforeMs'),
  }
  return times.idleAfterMs === 0 && times.maxAgeMs === 0 ? undefined : times
}

/** Whether any of the times depends on which groups people are in. */
export function asksForGroups({ exempt, groups }: CullingSettings): boolean {
  return exempt.groups.length > 0 || Object.keys(groups).length > 0
}
