import type { UserStore } from '../users/user-store.ts'
import type { Access } from './access.ts'
import { asksForGroups, holds, type Target } from './holds.ts'
import { intersectScopes, peopleInQuestion } from './intersect.ts'
import type { Owner, PersonOwner } from './owner.ts'
import type { GroupsOf } from './scope.ts'

/** Every token can tell whose it is (JupyterHub's rule since 3.0). */
const IDENTITY = ['read:users:name!user', 'read:users:groups!user', 'read:services:name!service']

export interface RightsDeps {
  /** What is in force at the moment. */
  readonly access: () => Access
  readonly users: Pick<UserStore, 'groupsOf'>
}

/** What callers hold, under the roles in force; looks memberships up where a filter by group asks for them. */
export class RightsService {
  readonly #deps: RightsDeps
  /** What a token's list leaves of its owner's; only where it depends on nothing but the two. */
  readonly #common = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>()

  constructor(deps: RightsDeps) {
    this.#deps = deps
  }

  get access(): Access {
    return this.#deps.access()
  }

  /** All that a person or service holds. */
  scopesOf(owner: Owner): readonly string[] {
    return this.access.scopesOf(owner)
  }

  /** What a token may do: what it was made for, and to say whose it is, as far as its owner holds it now. */
  async scopesOfToken(scopes: readonly string[], owner: Owner): Promise<readonly string[]> {
    const held = this.scopesOf(owner)
    if (scopes.includes('inherit')) return held
    const known = this.#common.get(held)?.get(scopes)
    if (known) return known
    const asked = this.access.expandKnown([...scopes, ...IDENTITY], owner)
    const people = peopleInQuestion(asked, held)
    const both = intersectScopes(asked, held, await this.#groupsOf(people))
    if (people.length === 0) this.#remember(held, scopes, both)
    return both
  }

  /**
   * What the roles that a person has by name or through groups give him, and expanded scopes do not hold; what everyone holds over
   * what is his own is left out, and so are the roles that he had as `before`.
   */
  async lackingOf(
    scopes: readonly string[],
    owner: PersonOwner,
    before?: PersonOwner,
  ): Promise<readonly string[]> {
    const { access } = this
    const had = new Set(before && access.roles.of(before).map(({ role }) => role.name))
    const given = access.roles
      .of(owner)
      .filter(({ through: { kind } }) => kind === 'name' || kind === 'group')
      .filter(({ role }) => !had.has(role.name))
    const own = new Set(access.expand(['self'], owner))
    const needed = access
      .expand(
        given.flatMap(({ role }) => role.scopes),
        owner,
      )
      .filter((scope) => !own.has(scope))
    const held = new Set(await this.intersect(needed, scopes))
    return needed.filter((scope) => !held.has(scope))
  }

  /** What both of two expanded lists hold. */
  async intersect(left: readonly string[], right: readonly string[]): Promise<readonly string[]> {
    return intersectScopes(left, right, await this.#groupsOf(peopleInQuestion(left, right)))
  }

  /** Whether expanded scopes hold one of `names` over the target: the best answer of all. */
  async holdsOneOf(
    scopes: readonly string[],
    names: readonly string[],
    target: Target,
  ): Promise<'yes' | 'elsewhere' | 'no'> {
    const asked = target.user !== undefined && asksForGroups(scopes, names) ? [target.user] : []
    const groupsOf = await this.#groupsOf(asked)
    const found = names.map((name) => holds(scopes, name, target, groupsOf))
    if (found.includes('yes')) return 'yes'
    return found.includes('elsewhere') ? 'elsewhere' : 'no'
  }

  /** Lists are known by themselves, not by what is in them: whoever reads a token again brings another list. */
  #remember(held: readonly string[], scopes: readonly string[], both: readonly string[]): void {
    const ofOwner = this.#common.get(held) ?? new WeakMap()
    this.#common.set(held, ofOwner)
    ofOwner.set(scopes, both)
  }

  async #groupsOf(people: readonly string[]): Promise<GroupsOf> {
    if (people.length === 0) return () => []
    const groups = await this.#deps.users.groupsOf(people)
    return (user) => groups.get(user) ?? []
  }
}
