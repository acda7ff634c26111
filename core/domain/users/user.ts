/** A person whom the hub knows. */
export interface User {
  readonly id: number
  /** As `normaliseUserName` leaves it. */
  readonly name: string
  readonly admin: boolean
  readonly createdAt: Date
  readonly lastActivity: Date | null
}
