import type { Session } from './session.ts'

export interface NewSession {
  readonly id: string
  readonly secretHash: string
  readonly userId: number
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface SessionStore {
  /** @throws HubError `not_found` for an unknown person */
  create(session: NewSession): Promise<void>
  /** Undefined when unknown or expired at `now`. */
  findBySecret(secretHash: string, now: Date): Promise<Session | undefined>
  /** Ends it, and every token that was issued under it. Ending what is gone is fine. */
  remove(id: string): Promise<void>
  /** Deletes what has expired at `now`, and every token that was issued under it; how many sessions. */
  prune(now: Date): Promise<number>
}
