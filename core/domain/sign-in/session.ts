import type { User } from '../users/user.ts'

/** One browser in which a person is signed in. */
export interface Session {
  /** Plain; browsers show it to servers as `jupyterhub-session-id`. Not a credential. */
  readonly id: string
  readonly user: User
  readonly createdAt: Date
  readonly expiresAt: Date
}
