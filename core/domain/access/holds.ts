import { NO_OWNER } from './owner.ts'
import { covers, type Filter, type GroupsOf, parseScope } from './scope.ts'

/** What a call is about: nothing in particular, a person, one of a person's servers, a group, or a service. */
export interface Target {
  readonly user?: string
  readonly server?: string
  readonly group?: string
  readonly service?: string
}

/**
 * Whether expanded scopes let their holder do `name` to the target: `yes`, `no`, or `elsewhere` when they do for something
 * else only. A call that is about nothing in particular needs the scope without a filter.
 */
export function holds(
  scopes: readonly string[],
  name: string,
  target: Target,
  groupsOf: GroupsOf = () => [],
): 'yes' | 'elsewhere' | 'no' {
  const own = filtersOf(scopes, name)
  if (own.length === 0) return 'no'
  const wanted = filterOf(target)
  return own.some((filter) => covers(filter, wanted, groupsOf)) ? 'yes' : 'elsewhere'
}

/** The filters under which expanded scopes hold `name`; null among them: without any. */
export function filtersOf(scopes: readonly string[], name: string): readonly (Filter | null)[] {
  return scopes.flatMap((scope) => {
    if (scope === name) return [null]
    if (!scope.startsWith(`${name}!`)) return []
    const parsed = parseScope(scope, NO_OWNER)
    return parsed ? [parsed.filter] : []
  })
}

/** Whether the answer depends on which groups the target's person is in. */
export function asksForGroups(scopes: readonly string[], names: readonly string[]): boolean {
  return names.some((name) => scopes.some((scope) => scope.startsWith(`${name}!group=`)))
}

/** The filter that covers the target and nothing else; null for nothing in particular. */
export function filterOf({ user, server, group, service }: Target): Filter | null {
  if (user !== undefined)
    return server === undefined ? { kind: 'user', user } : { kind: 'server', user, server }
  if (group !== undefined) return { kind: 'group', group }
  return service === undefined ? null : { kind: 'service', service }
}

/** Whom a list may show: everyone, or those who are named, and the members of groups. */
export type Reach =
  | 'everything'
  | {
      readonly users: readonly string[]
      readonly groups: readonly string[]
      readonly services: readonly string[]
    }

/** What of a list the holder may see. Within one server there is nobody, so such a filter shows nothing. */
export function reachOf(scopes: readonly string[], name: string): Reach {
  const filters = filtersOf(scopes, name)
  if (filters.includes(null)) return 'everything'
  return {
    users: filters.flatMap((filter) => (filter?.kind === 'user' ? [filter.user] : [])),
    groups: filters.flatMap((filter) => (filter?.kind === 'group' ? [filter.group] : [])),
    services: filters.flatMap((filter) => (filter?.kind === 'service' ? [filter.service] : [])),
  }
}
