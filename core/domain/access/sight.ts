import { filterOf, filtersOf, type Target } from './holds.ts'
import { covers, type Filter } from './scope.ts'

/** Whether its holder may do `name` to the target; `groups` are those of the target's person. */
export type Sight = (name: string, target: Target, groups?: readonly string[]) => boolean

const sights = new WeakMap<readonly string[], Sight>()

/** What expanded scopes let their holder see. Each scope is looked up once, so that a page of people costs little. */
export function sightOf(scopes: readonly string[]): Sight {
  const sight = sights.get(scopes) ?? makeSight(scopes)
  sights.set(scopes, sight)
  return sight
}

function makeSight(scopes: readonly string[]): Sight {
  const known = new Map<string, readonly (Filter | null)[]>()
  return (name, target, groups = []) => {
    let filters = known.get(name)
    if (!filters) known.set(name, (filters = filtersOf(scopes, name)))
    if (filters.length === 0) return false
    if (filters.includes(null)) return true
    const wanted = filterOf(target)
    return filters.some((filter) => covers(filter, wanted, () => groups))
  }
}
