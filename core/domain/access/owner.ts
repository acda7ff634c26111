import type { User } from '../users/user.ts'

/** Whose scopes they are: what `self`, `inherit`, `!user`, `!server` and `!service` stand for. */
export type Owner = PersonOwner | ServiceOwner

export interface PersonOwner {
  readonly kind: 'user'
  readonly name: string
  readonly admin: boolean
  /** Names of the groups that he is in. */
  readonly groups: readonly string[]
  /** Scopes that others gave him over servers of theirs. */
  readonly shared?: readonly string[]
  /** The server whose own token it is, when it is one. */
  readonly server?: string
}

export interface ServiceOwner {
  readonly kind: 'service'
  readonly name: string
  /** It may do all that admins may. */
  readonly admin?: boolean
}

/** Nobody's: for scopes that are written out already. */
export const NO_OWNER: Owner = { kind: 'service', name: '' }

/** A person as the owner of scopes; `server` when it is the own token of one of his servers. */
export function ownerOf(
  { name, admin, groups, shared }: Pick<User, 'name' | 'admin' | 'groups' | 'shared'>,
  server?: string,
): PersonOwner {
  return { kind: 'user', name, admin, groups, shared, ...(server !== undefined && { server }) }
}
