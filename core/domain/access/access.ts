import { HubError } from '../errors.ts'
import { intersectScopes } from './intersect.ts'
import type { Owner } from './owner.ts'
import { type HeldRole, RoleBook, type RoleSettings, SELF } from './roles.ts'
import { type Filter, formatScope, parseScope } from './scope.ts'
import { ScopeCatalog } from './scope-catalog.ts'

/** Beyond that many owners it is forgotten what they hold, and worked out anew. */
const MOST_OWNERS = 10_000

/** Why somebody holds a scope. */
export interface Reason {
  readonly held: HeldRole
  /** The role's own scope that gives it, as it is written there. */
  readonly scope: string
}

/**
 * What scopes and roles mean under the settings in force: pure functions over data. Scopes come in as they are written (`self`,
 * `servers!user`) and go out expanded: every included scope by its own name, every filter with its value, sorted, each once.
 */
export class Access {
  readonly catalog: ScopeCatalog
  readonly roles: RoleBook
  readonly #ofOwners = new Map<string, readonly string[]>()

  constructor({ roles, customScopes }: RoleSettings = { roles: [], customScopes: [] }) {
    this.catalog = new ScopeCatalog(customScopes)
    this.roles = new RoleBook(roles)
  }

  /** All that the owner's roles give him. For the same owner it is the very same list, for nothing here ever changes. */
  scopesOf(owner: Owner): readonly string[] {
    const key = keyOf(owner)
    const known = this.#ofOwners.get(key)
    if (known) return known
    const scopes = this.expand(
      this.roles.of(owner).flatMap(({ role }) => role.scopes),
      owner,
    )
    if (this.#ofOwners.size >= MOST_OWNERS) this.#ofOwners.clear()
    this.#ofOwners.set(key, scopes)
    return scopes
  }

  /** @throws HubError `invalid` for a scope or filter that does not exist */
  expand(scopes: readonly string[], owner: Owner): readonly string[] {
    const found = new Set<string>()
    for (const scope of scopes) this.#expandOne(scope, owner, found)
    return [...found].filter((scope) => !isWithinWhole(scope, found)).toSorted()
  }

  /** As `expand`, of what was written down earlier: what has been abolished since counts for nothing. */
  expandKnown(scopes: readonly string[], owner: Owner): readonly string[] {
    return this.expand(
      scopes.filter((scope) => this.isKnown(scope)),
      owner,
    )
  }

  /** Whether there is such a scope, filter included. */
  isKnown(scope: string): boolean {
    try {
      this.expand([scope], { kind: 'service', name: '' })
      return true
    } catch (error) {
      if (error instanceof HubError) return false
      throw error
    }
  }

  /** Which roles give the owner the expanded scope, and through which group; empty when none does. */
  why(scope: string, owner: Owner): readonly Reason[] {
    return this.roles.of(owner).flatMap((held) =>
      held.role.scopes
        .filter((written) => {
          const given = this.expand([written], owner)
          return intersectScopes([scope], given, () => []).includes(scope)
        })
        .map((written) => ({ held, scope: written })),
    )
  }

  #expandOne(text: string, owner: Owner, found: Set<string>): void {
    const stands = this.#standsFor(text, owner)
    if (stands) {
      for (const scope of stands) this.#expandOne(scope, owner, found)
      return
    }
    const parsed = parseScope(text, owner)
    const names = this.catalog.withIncluded(text.split('!', 1)[0] ?? '')
    if (!parsed) return
    for (const name of names)
      if (makesSense(name, parsed.filter)) found.add(formatScope({ ...parsed, name }))
  }

  /** The scopes that a word for several of them stands for; undefined for an ordinary scope. */
  #standsFor(text: string, owner: Owner): readonly string[] | undefined {
    switch (text) {
      case '(no_scope)':
      case 'identify':
        return []
      case 'self':
        return owner.kind === 'user' ? SELF : []
      case 'inherit':
      case 'all':
        // Within a role they could only mean the role itself.
        return this.roles
          .of(owner)
          .flatMap(({ role }) => role.scopes)
          .filter((scope) => scope !== 'inherit' && scope !== 'all')
      default:
        return undefined
    }
  }
}

/** Whether the same scope is there without a filter: then the one with a filter says nothing more. */
function isWithinWhole(scope: string, all: ReadonlySet<string>): boolean {
  const mark = scope.indexOf('!')
  return mark > 0 && all.has(scope.slice(0, mark))
}

/** Everything about an owner decides what he holds. */
function keyOf(owner: Owner): string {
  if (owner.kind === 'service') return JSON.stringify([owner.name, owner.admin === true])
  const { name, admin, groups, server, shared = [] } = owner
  return JSON.stringify([name, admin, server ?? null, groups, shared])
}

/**
 * What a scope is about decides which filters leave something of it. Within one server there is nobody to be read or listed; a
 * group's filter is about people; a service's about services.
 */
function makesSense(name: string, filter: Filter | null): boolean {
  if (!filter || name.startsWith('custom:')) return true
  switch (filter.kind) {
    case 'server':
      return !/(?:^|:)users(?::|$)/.test(name)
    case 'user':
    case 'group':
    case 'service':
      return true
  }
}
