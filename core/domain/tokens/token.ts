import type { User } from '../users/user.ts'

/**
 * What a token is for: `api` made by a person or operator · `server` the own token of a running server ·
 * `oauth` a visitor's token at one server or service · `service` a service's own.
 */
type TokenKind = 'api' | 'server' | 'oauth' | 'service'

/** Whose it is. */
export type TokenOwner =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'service'; readonly service: string }

export interface Token {
  readonly id: number
  readonly kind: TokenKind
  readonly owner: TokenOwner
  /** As asked for, unexpanded; what they give is the intersection with what the owner holds now. */
  readonly scopes: readonly string[]
  readonly note: string
  /** The OAuth client that it was issued to, for `oauth`; the server's own client id, for `server`. */
  readonly clientId: string | null
  /** The browser session under which it was issued. */
  readonly sessionId: string | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastActivity: Date | null
}
