/** What a visitor granted to a client; kept under the hash of the code until the client comes for it. */
export interface Grant {
  readonly clientId: string
  readonly userId: number
  readonly userName: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** RFC 7636, S256. */
  readonly codeChallenge: string | null
  readonly sessionId: string | null
}

export interface CodeStore {
  put(codeHash: string, grant: Grant, expiresAt: Date): Promise<void>
  /** The grant, exactly once, and only before it expires: two callers at once get one grant between them. */
  take(codeHash: string, now: Date): Promise<Grant | undefined>
  /** Deletes what expired before `now`; how many. */
  prune(now: Date): Promise<number>
}
