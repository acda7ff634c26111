import { type Owner, ownerOf } from '#core/domain/access/owner.ts'
import type { RoleBook } from '#core/domain/access/roles.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Session } from '#core/domain/sign-in/session.ts'
import type { Token } from '#core/domain/tokens/token.ts'
import type { User } from '#core/domain/users/user.ts'

/** Who is asking, and what he may do. `scopes` are expanded: no `self`, no `inherit`, filters written out. */
export type Caller = PersonCaller | ServiceCaller | OperatorCaller

/** Who does something: a caller, or somebody with a one-time link. */
export type Actor =
  | Caller
  | { readonly by: 'link'; readonly user: User; readonly scopes: readonly string[] }

/** A person, in a browser or by a token. */
export type PersonCaller = BrowserCaller | TokenCaller | PasswordCaller

export interface BrowserCaller {
  readonly by: 'session'
  readonly user: User
  readonly session: Session
  readonly scopes: readonly string[]
}

interface TokenCaller {
  readonly by: 'token'
  readonly user: User
  readonly token: Token
  readonly scopes: readonly string[]
}

/** A person who sent name and password along with this one request. */
export interface PasswordCaller {
  readonly by: 'password'
  readonly user: User
  readonly scopes: readonly string[]
}

/** A service, by its own token. */
export interface ServiceCaller {
  readonly by: 'service'
  readonly service: string
  /** Whether the operator made an admin of it. */
  readonly admin: boolean
  readonly token: Token
  readonly scopes: readonly string[]
}

interface OperatorCaller {
  readonly by: 'operator'
  readonly scopes: readonly string[]
}

/** The person who asks; undefined for services and the operator. */
export function personOf(caller: Caller): User | undefined {
  return 'user' in caller ? caller.user : undefined
}

/** Whether the caller may do what only admins may, whatever other scopes say: the operator may, and whoever has their role. */
export function isAdmin(caller: Caller, roles: RoleBook): boolean {
  if (caller.by === 'operator') return true
  return hasAdminRole(
    caller.by === 'service'
      ? { kind: 'service', name: caller.service, admin: caller.admin }
      : ownerOf(caller.user),
    roles,
  )
}

/** Holding a scope is not being an admin: who is none changes nothing about those who are (CVE-2024-41942). @throws HubError `forbidden` */
export function requireAdminFor(caller: Caller, person: User, roles: RoleBook): void {
  if (hasAdminRole(ownerOf(person), roles) && !isAdmin(caller, roles))
    throw new HubError('forbidden', 'Only admins can modify other admins')
}

/** By being made an admin, or by the configuration. */
function hasAdminRole(owner: Owner, roles: RoleBook): boolean {
  return roles.of(owner).some(({ role }) => role.name === 'admin')
}
