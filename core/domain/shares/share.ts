import type { ServerId } from '../servers/server.ts'

/** With whom a server is shared: a person, or everyone in a group. */
export interface ShareTarget {
  readonly kind: 'user' | 'group'
  readonly name: string
}

/** What somebody may do with one server that is not his own. */
export interface Share {
  readonly id: number
  readonly server: ServerId
  /** Whether the server runs. */
  readonly ready: boolean
  readonly target: ShareTarget
  /** Names of scopes, sorted; each is over this server alone. */
  readonly scopes: readonly string[]
  readonly createdAt: Date
}

/** A code under which whoever has it gets a share. */
export interface ShareCode {
  readonly id: number
  readonly server: ServerId
  readonly ready: boolean
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly exchanges: number
  readonly lastExchangedAt: Date | null
}

/** A share's scopes as they are held: each limited to the server. */
export function scopesOver({ user, name }: ServerId, scopes: readonly string[]): readonly string[] {
  return scopes.map((scope) => `${scope}!server=${user}/${name}`)
}
