import { HubError } from '../errors.ts'
import { SCOPE_TREE } from './scope-tree.ts'

/** To whose things a scope is limited: one person's (his servers included), or one server. */
export type Filter =
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'server'; readonly user: string; readonly server: string }

/** A scope taken apart; without a filter it is over everything of its kind. */
export interface ParsedScope {
  readonly name: string
  readonly filter: Filter | null
}

/** Whose scopes they are: what `self`, `!user` and the like stand for. */
export interface Owner {
  readonly name: string
  readonly admin: boolean
}

/**
 * Reads `name`, `name!user=ada`, `name!server=ada/lab`, and `name!user` for the owner.
 * @throws HubError `invalid` for a scope or filter that does not exist
 */
export function parseScope(text: string, owner: Owner): ParsedScope {
  const mark = text.indexOf('!')
  const name = mark < 0 ? text : text.slice(0, mark)
  if (!Object.hasOwn(SCOPE_TREE, name))
    throw new HubError('invalid', `there is no scope '${text.slice(0, 80)}'`)
  return { name, filter: mark < 0 ? null : parseFilter(text.slice(mark + 1), owner) }
}

function parseFilter(text: string, owner: Owner): Filter {
  if (text === 'user') return { kind: 'user', user: owner.name }
  const [, kind, value = ''] = /^(user|server)=(.+)$/.exec(text) ?? []
  if (kind === 'user') return { kind, user: value }
  const slash = value.indexOf('/')
  if (kind === 'server' && slash > 0)
    return { kind, user: value.slice(0, slash), server: value.slice(slash + 1) }
  throw new HubError('invalid', `there is no filter '!${text.slice(0, 80)}'`)
}

export function formatScope({ name, filter }: ParsedScope): string {
  if (!filter) return name
  return filter.kind === 'user'
    ? `${name}!user=${filter.user}`
    : `${name}!server=${filter.user}/${filter.server}`
}

/** Whether everything that `inner` covers is covered by `outer`. */
export function covers(outer: Filter | null, inner: Filter | null): boolean {
  if (!outer) return true
  if (!inner || outer.user !== inner.user) return false
  if (outer.kind === 'user') return true
  return inner.kind === 'server' && inner.server === outer.server
}
