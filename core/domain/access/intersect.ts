import { NO_OWNER } from './owner.ts'
import { covers, formatScope, type GroupsOf, type ParsedScope, parseScope } from './scope.ts'

/**
 * What both hold, of two expanded lists: of two that meet, the narrower. Whether a person is in a group is asked of
 * `groupsOf`; who belongs to two groups at once is not worked out, so those meet in nothing.
 */
export function intersectScopes(
  left: readonly string[],
  right: readonly string[],
  groupsOf: GroupsOf,
): readonly string[] {
  const others = byName(right)
  const both = new Set<string>()
  for (const scope of left.flatMap(taken)) {
    for (const other of others.get(scope.name) ?? []) {
      if (covers(other.filter, scope.filter, groupsOf)) both.add(formatScope(scope))
      else if (covers(scope.filter, other.filter, groupsOf)) both.add(formatScope(other))
    }
  }
  return [...both].toSorted()
}

/** The people whose groups decide what two expanded lists have in common. */
export function peopleInQuestion(
  left: readonly string[],
  right: readonly string[],
): readonly string[] {
  const [a, b] = [byName(left), byName(right)]
  const people = new Set<string>()
  for (const [name, scopes] of a) {
    const all = [...scopes, ...(b.get(name) ?? [])]
    if (!all.some(({ filter }) => filter?.kind === 'group')) continue
    for (const { filter } of all)
      if (filter?.kind === 'user' || filter?.kind === 'server') people.add(filter.user)
  }
  return [...people]
}

function byName(scopes: readonly string[]): ReadonlyMap<string, readonly ParsedScope[]> {
  const found = new Map<string, ParsedScope[]>()
  for (const scope of scopes.flatMap(taken)) {
    const list = found.get(scope.name)
    if (list) list.push(scope)
    else found.set(scope.name, [scope])
  }
  return found
}

/** Of an expanded scope: whose it was is written out already. */
function taken(text: string): readonly ParsedScope[] {
  const parsed = parseScope(text, NO_OWNER)
  return parsed ? [parsed] : []
}
