/** An end of access, for every proxy to hear of. */
export interface EndedAccess {
  readonly id: number
  /** Which hub said it; its own proxy has heard already. */
  readonly hub: string
  /** For these routes alone; null: everywhere. */
  readonly prefixes: readonly string[] | null
  /** As `HeldCredentialStore` gives them. */
  readonly credentials: readonly string[]
}

/** How hubs on one database tell each other. */
export interface EndedStore {
  add(ended: Omit<EndedAccess, 'id'>, at: Date): Promise<void>
  /** What was said at or after a time, in order. */
  since(at: Date): Promise<readonly EndedAccess[]>
  /** Deletes what was said before a time; how much. */
  prune(before: Date): Promise<number>
}
