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

/** What comes of bringing a code. */
export type TakenCode =
  | { readonly is: 'good'; readonly grant: Grant }
  /** It was brought before; `tokenId` is what was issued for it then. */
  | { readonly is: 'spent'; readonly tokenId: number | null }

export interface CodeStore {
  put(codeHash: string, grant: Grant, expiresAt: Date): Promise<void>
  /** The grant, exactly once, and only before it expires: two callers at once get one grant between them. Undefined when unknown or expired. */
  take(codeHash: string, now: Date): Promise<TakenCode | undefined>
  /** Notes what was issued for a code that was taken. False when the code has been brought again meanwhile. */
  issued(codeHash: string, tokenId: number): Promise<boolean>
  /** Deletes what expired before `now`, but keeps spent codes a day longer, so that they are known again; how many. */
  prune(now: Date): Promise<number>
}

/** How long a spent code is known as such after its end. */
export const SPENT_MS = 86_400_000
