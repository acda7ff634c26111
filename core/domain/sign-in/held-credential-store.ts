import type { Token } from '../tokens/token.ts'

/**
 * By what a person's open connections can be told: the SHA-256, in hexadecimal, of the ids of his sessions and of the texts
 * of his tokens. No more than the proxy takes at once: 10,000.
 */
export interface HeldCredentialStore {
  /** Of all his sessions and tokens. */
  ofPerson(userId: number): Promise<readonly string[]>
  /** Of all his sessions and what was issued under them. */
  ofSessionsOf(userId: number): Promise<readonly string[]>
  /** Of the session and the tokens that were issued under it. */
  ofSession(id: string): Promise<readonly string[]>
  ofTokens(ids: readonly number[]): Promise<readonly string[]>
  /** Tokens that were issued to servers for somebody else than, as far as names tell at once, the owner. */
  visitors(): Promise<readonly Token[]>
}
