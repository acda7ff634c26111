/** A count of failed sign-ins under one key. */
export interface FailureCount {
  readonly failures: number
  readonly lastAt: Date
}

/** Counters of failed sign-ins. Keys are made by the brake; the store only counts. */
export interface FailureStore {
  /** Counts that are not older than `since`, by key; keys without one are absent. */
  read(keys: readonly string[], since: Date): Promise<ReadonlyMap<string, FailureCount>>
  /**
   * One more failure under each key. `known` marks counters of people who exist: they are never evicted to
   * make room; the others are, oldest first, above `mostUnknown` rows. A count older than `since` starts anew, and may be dropped.
   * @returns the counts as they are then: of many at once, each gets a number of its own
   */
  add(
    entries: readonly { readonly key: string; readonly known: boolean }[],
    at: { readonly now: Date; readonly since: Date; readonly mostUnknown: number },
  ): Promise<ReadonlyMap<string, FailureCount>>
  clear(keys: readonly string[]): Promise<void>
}
