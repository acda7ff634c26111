/** A person whom the hub knows. */
export interface User {
  readonly id: number
  /** As `normaliseUserName` leaves it. */
  readonly name: string
  readonly admin: boolean
  readonly createdAt: Date
  readonly lastActivity: Date | null
  /** Locked out: he cannot sign in, and no token or session of his counts. */
  readonly locked: boolean
  /** Names of the groups that he is in, sorted. */
  readonly groups: readonly string[]
  /** Under which name his files are kept: the one that he had first, so that renaming keeps them. */
  readonly home: string
  /** What others let him do with servers of theirs, directly or through his groups: scopes with their filters. */
  readonly shared: readonly string[]
}
