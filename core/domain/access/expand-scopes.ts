import { rolesOf, SELF } from './roles.ts'
import { withIncluded } from './scope-tree.ts'
import {
  covers,
  formatScope,
  type Filter,
  type Owner,
  type ParsedScope,
  parseScope,
} from './scope.ts'

/**
 * Scopes as they are given (`self`, `inherit`, `servers!user`, …) written out: every included scope by its own name, every
 * filter with its value. Sorted, each once.
 * @throws HubError `invalid` for what does not exist
 */
export function expandScopes(scopes: readonly string[], owner: Owner): readonly string[] {
  const found = new Set<string>()
  for (const scope of scopes) for (const each of expandOne(scope, owner)) found.add(each)
  return [...found].toSorted()
}

function expandOne(text: string, owner: Owner): readonly string[] {
  if (text === '(no_scope)' || text === 'identify') return []
  if (text === 'self') return expandScopes(SELF, owner)
  if (text === 'inherit' || text === 'all') return expandScopes(rolesOf(owner), owner)
  const { name, filter } = parseScope(text, owner)
  return withIncluded(name).flatMap((included) =>
    makesSense(included, filter) ? [formatScope({ name: included, filter })] : [],
  )
}

/** Within one server there is nobody to be read or listed: those sub-scopes are dropped under a server filter. */
function makesSense(name: string, filter: Filter | null): boolean {
  return filter?.kind !== 'server' || !/(?:^|:)users(?::|$)/.test(name)
}

/** What both hold, of two expanded lists: the narrower of two that meet. */
export function intersectScopes(
  left: readonly string[],
  right: readonly string[],
): readonly string[] {
  const others = new Map<string, ParsedScope[]>()
  for (const scope of right.map(taken))
    others.set(scope.name, [...(others.get(scope.name) ?? []), scope])
  const both = left.map(taken).flatMap((scope) =>
    (others.get(scope.name) ?? []).flatMap((other) => {
      if (covers(other.filter, scope.filter)) return [formatScope(scope)]
      return covers(scope.filter, other.filter) ? [formatScope(other)] : []
    }),
  )
  return [...new Set(both)].toSorted()
}

/** Of an expanded scope: whose it was is written out already. */
function taken(text: string): ParsedScope {
  return parseScope(text, { name: '', admin: false })
}
