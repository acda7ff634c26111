import { covers, type Filter, parseScope } from './scope.ts'

/** What a call is about: nothing in particular, a person, or one of a person's servers. */
export interface Target {
  readonly user?: string
  readonly server?: string
}

/**
 * Whether expanded scopes let their holder do `name` to the target: `yes`, `no`, or `elsewhere` when they do for something
 * else only. A call that is about nothing in particular needs the scope without a filter.
 */
export function holds(
  scopes: readonly string[],
  name: string,
  target: Target,
): 'yes' | 'elsewhere' | 'no' {
  const own = scopes.filter((scope) => scope === name || scope.startsWith(`${name}!`))
  if (own.length === 0) return 'no'
  const wanted = filterOf(target)
  const nobody = { name: '', admin: false }
  return own.some((scope) => covers(parseScope(scope, nobody).filter, wanted)) ? 'yes' : 'elsewhere'
}

function filterOf({ user, server }: Target): Filter | null {
  if (user === undefined) return null
  return server === undefined ? { kind: 'user', user } : { kind: 'server', user, server }
}
