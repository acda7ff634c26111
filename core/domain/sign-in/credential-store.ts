/** The stored form of people's passwords. */
export interface CredentialStore {
  /** Undefined for unknown names, and for people who have not set a password yet. */
  findHash(userName: string): Promise<string | undefined>
  /** Sets or replaces it; a link under which another one could be chosen is void. @throws HubError `not_found` for an unknown person */
  setHash(userId: number, hash: string, at: Date): Promise<void>
}
