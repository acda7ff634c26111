import type { User } from '../users/user.ts'

/** One-time links: under which the first admin is made, and under which a person sets a first password. */
export interface LinkStore {
  /** Whether there is an admin, and set-up is over. */
  hasAdmin(): Promise<boolean>
  /** Replaces the set-up code. @throws HubError `conflict` when an admin exists already */
  putSetUp(codeHash: string, expiresAt: Date): Promise<void>
  /**
   * In one transaction: checks the code, makes the first admin with that password, voids the code.
   * Two callers at once make one admin.
   * @throws HubError `forbidden` (unknown or expired code), `conflict` (an admin exists), `already_exists` (the name is
   * somebody's; the code stays good)
   */
  useSetUp(
    codeHash: string,
    admin: { readonly name: string; readonly passwordHash: string },
    now: Date,
  ): Promise<User>
  /** Replaces the person's link. @throws HubError `not_found` for an unknown person */
  putSignUp(userId: number, codeHash: string, expiresAt: Date): Promise<void>
  /** Whose link it is; undefined when unknown, used or expired. */
  findSignUp(codeHash: string, now: Date): Promise<User | undefined>
  /** In one transaction: checks the code, sets the password, voids the code. @throws HubError `forbidden` */
  useSignUp(codeHash: string, passwordHash: string, now: Date): Promise<User>
}
