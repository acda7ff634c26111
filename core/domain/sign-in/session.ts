import type { User } from '../users/user.ts'

/** One browser in which a person is signed in. */
export interface Session {
  /** Plain; browsers show it to servers as `jupyterhub-session-id`. Not a credential. */
  readonly id: string
  readonly user: User
  readonly createdAt: Date
  readonly expiresAt: Date
  /** When it was last used, at the hub or by a token that was issued under it; written now and then only. */
  readonly lastSeenAt: Date
  /** The part of the address that it was begun from: all of an IPv4 one, half of an IPv6 one. */
  readonly addressPrefix: string
  /** What the browser said it is, in a few words. */
  readonly browser: string
}
