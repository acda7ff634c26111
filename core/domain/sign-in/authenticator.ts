/** What someone gave to prove who they are. */
export interface Credentials {
  /** As typed; the authenticator's caller normalises what comes back. */
  readonly name: string
  readonly password: string
}

/** How people prove who they are. */
export interface Authenticator {
  readonly name: string
  /** Whether people keep a password here, which set-up and sign-up links can set. */
  readonly keepsPasswords: boolean
  /**
   * The normalised name of the person, or undefined when the proof does not hold. Takes as long for a name
   * that does not exist as for one that does.
   * @throws HubError `unavailable` when it cannot tell now
   */
  authenticate(credentials: Credentials, signal: AbortSignal): Promise<string | undefined>
}
