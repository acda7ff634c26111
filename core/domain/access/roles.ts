import type { CustomScope } from './scope-catalog.ts'
import type { Owner, ServiceOwner } from './owner.ts'

/** A named set of scopes, and who has it: people, members of groups, services. Names are normalised. */
export interface Role {
  readonly name: string
  readonly description: string
  readonly scopes: readonly string[]
  readonly users: readonly string[]
  readonly groups: readonly string[]
  readonly services: readonly string[]
}

/** What the operator says about rights. */
export interface RoleSettings {
  readonly roles: readonly Role[]
  readonly customScopes: readonly CustomScope[]
}

/** A role that somebody has, and through what: by being a person or an admin, by name, or as a member of a group. */
export interface HeldRole {
  readonly role: Role
  readonly through:
    | { readonly kind: 'everyone' }
    | { readonly kind: 'admin' }
    | { readonly kind: 'name' }
    | { readonly kind: 'group'; readonly group: string }
    | { readonly kind: 'share' }
}

const built = (name: string, description: string, scopes: readonly string[]): Role => ({
  name,
  description,
  scopes,
  users: [],
  groups: [],
  services: [],
})

/** What everyone holds over what is his own (JupyterHub's `self`). */
export const SELF: readonly string[] = [
  'read:users!user',
  'users:activity!user',
  'users:shares!user',
  'read:shares!user',
  'servers!user',
  'tokens!user',
  'access:servers!user',
]

/** The roles that there are without configuration (JupyterHub's, by its names). */
const USER = built('user', 'Standard user privileges', ['self'])
const ADMIN = built('admin', 'Elevated privileges (can do anything)', [
  'admin-ui',
  'admin:users',
  'admin:servers',
  'admin:services',
  'tokens',
  'admin:groups',
  'list:services',
  'read:services',
  'read:hub',
  'proxy',
  'shutdown',
  'access:services',
  'access:servers',
  'read:roles',
  'read:metrics',
  'shares',
])
const SERVER = built('server', 'Post activity only', [
  'users:activity!user',
  'access:servers!server',
])
const TOKEN = built('token', 'Token with same permissions as its owner', ['inherit'])
/** Stands for what others share with somebody; nobody has it by name. */
const SHARED = built('(shared)', 'What others share', [])
const BUILT_IN: readonly Role[] = [USER, ADMIN, SERVER, TOKEN]

/**
 * The roles in force: those built in, with what the configuration adds to them, and its own. An entry for a built-in role
 * replaces its description and scopes, but for those of `admin`, which cannot be changed.
 */
export class RoleBook {
  readonly #roles: ReadonlyMap<string, Role>
  /** Everybody who has a role by his name. */
  readonly #named: ReadonlySet<string>
  /** The roles by name of all others: of those who are admins, and of those who are not. */
  readonly #usual = new Map<boolean, readonly string[]>()

  constructor(configured: readonly Role[] = []) {
    const roles = new Map(BUILT_IN.map((role) => [role.name, role]))
    for (const role of configured) {
      const before = roles.get(role.name)
      roles.set(role.name, before ? merged(before, role) : role)
    }
    this.#roles = roles
    this.#named = new Set([...roles.values()].flatMap(({ users }) => users))
  }

  get all(): readonly Role[] {
    return [...this.#roles.values()]
  }

  get(name: string): Role | undefined {
    return this.#roles.get(name)
  }

  /** Every role of a person or service, and through what he has it. */
  of(owner: Owner): readonly HeldRole[] {
    if (owner.kind === 'service') return this.#ofService(owner)
    const held: HeldRole[] = []
    for (const role of this.#roles.values()) {
      if (role.name === USER.name) held.push({ role, through: { kind: 'everyone' } })
      if (role.name === ADMIN.name && owner.admin) held.push({ role, through: { kind: 'admin' } })
      if (role.users.includes(owner.name)) held.push({ role, through: { kind: 'name' } })
      for (const group of role.groups)
        if (owner.groups.includes(group)) held.push({ role, through: { kind: 'group', group } })
    }
    const { shared = [] } = owner
    if (shared.length > 0)
      held.push({ role: { ...SHARED, scopes: shared }, through: { kind: 'share' } })
    return held
  }

  #ofService({ name, admin = false }: ServiceOwner): readonly HeldRole[] {
    const held: HeldRole[] = []
    for (const role of this.all) {
      if (role.name === ADMIN.name && admin) held.push({ role, through: { kind: 'admin' } })
      if (role.services.includes(name)) held.push({ role, through: { kind: 'name' } })
    }
    return held
  }

  /** Names of the roles of a person or service, each once. What comes through groups is not his by name (as JupyterHub shows it). */
  namesOf(owner: Owner): readonly string[] {
    if (owner.kind !== 'user' || this.#named.has(owner.name)) return this.#namesOf(owner)
    const usual = this.#usual.get(owner.admin) ?? this.#namesOf(owner)
    this.#usual.set(owner.admin, usual)
    return usual
  }

  #namesOf(owner: Owner): readonly string[] {
    const own = this.of(owner).filter(
      ({ through }) => through.kind !== 'group' && through.kind !== 'share',
    )
    return [...new Set(own.map(({ role }) => role.name))]
  }
}

function merged(before: Role, { description, scopes, ...who }: Role): Role {
  const unchanged = before.name === ADMIN.name || scopes.length === 0
  return {
    ...who,
    description: description === '' ? before.description : description,
    scopes: unchanged ? before.scopes : scopes,
  }
}
