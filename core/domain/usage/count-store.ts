export interface Counts {
  readonly people: number
  /** Those who were active since each of the times that were asked for, in their order. */
  readonly active: readonly number[]
  /** Servers that are ready. */
  readonly servers: number
}

/** How many there are, for whoever watches the hub. */
export interface CountStore {
  count(activeSince: readonly Date[]): Promise<Counts>
}
