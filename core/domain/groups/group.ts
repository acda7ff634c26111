/** People who have something in common: rights by a role, or properties that services read. */
export interface Group {
  /** As `normaliseGroupName` leaves it. */
  readonly name: string
  /** JSON. */
  readonly properties: Readonly<Record<string, unknown>>
  /** Names of the members, sorted. */
  readonly users: readonly string[]
}
