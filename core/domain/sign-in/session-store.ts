import type { Session } from './session.ts'

export type NewSession = Omit<Session, 'user' | 'lastSeenAt'> & {
  readonly secretHash: string
  readonly userId: number
}

export interface SessionStore {
  /** @throws HubError `not_found` for an unknown person */
  create(session: NewSession): Promise<void>
  /** Undefined when unknown or expired at `now`. */
  findBySecret(secretHash: string, now: Date): Promise<Session | undefined>
  /** Those of a person that have not expired at `now`, the youngest first. */
  listOf(userId: number, now: Date): Promise<readonly Session[]>
  /** Moves the last use on; never back. */
  touch(id: string, at: Date): Promise<void>
  /** Ends it, and every token that was issued under it. Ending what is gone is fine. */
  remove(id: string): Promise<void>
  /** As `remove`, of all of a person. */
  removeOf(userId: number): Promise<void>
  /** Deletes what has expired at `now`, and every token that was issued under it; how many sessions. */
  prune(now: Date): Promise<number>
}
