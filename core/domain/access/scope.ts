import { HubError } from '../errors.ts'
import type { Owner } from './owner.ts'

/** To whose things a scope is limited: a person's (his servers included), a server, the members of a group, a service. */
export type Filter =
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'server'; readonly user: string; readonly server: string }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'service'; readonly service: string }

/** A scope taken apart; without a filter it is over everything of its kind. */
export interface ParsedScope {
  readonly name: string
  readonly filter: Filter | null
}

/**
 * Reads `name`, `name!user=ada`, `name!server=ada/lab`, `name!group=course`, `name!service=cull`, and the short forms `!user`,
 * `!server`, `!service` for the owner's own. Undefined when the owner has no such thing (a service has no `!user`).
 * @throws HubError `invalid` for a filter that does not exist
 */
export function parseScope(text: string, owner: Owner): ParsedScope | undefined {
  const mark = text.indexOf('!')
  if (mark < 0) return { name: text, filter: null }
  const filter = parseFilter(text.slice(mark + 1), owner)
  return filter && { name: text.slice(0, mark), filter }
}

function parseFilter(text: string, owner: Owner): Filter | undefined {
  const equals = text.indexOf('=')
  if (equals < 0) return ownFilter(text, owner)
  const [kind, value] = [text.slice(0, equals), text.slice(equals + 1)]
  if (value === '') throw noFilter(text)
  switch (kind) {
    case 'user':
      return { kind, user: value }
    case 'group':
      return { kind, group: value }
    case 'service':
      return { kind, service: value }
    case 'server': {
      const slash = value.indexOf('/')
      if (slash <= 0) throw noFilter(text)
      return { kind, user: value.slice(0, slash), server: value.slice(slash + 1) }
    }
    default:
      throw noFilter(text)
  }
}

function ownFilter(text: string, owner: Owner): Filter | undefined {
  switch (text) {
    case 'user':
      return owner.kind === 'user' ? { kind: 'user', user: owner.name } : undefined
    case 'server':
      return owner.kind === 'user' && owner.server !== undefined
        ? { kind: 'server', user: owner.name, server: owner.server }
        : undefined
    case 'service':
      return owner.kind === 'service' ? { kind: 'service', service: owner.name } : undefined
    default:
      throw noFilter(text)
  }
}

function noFilter(text: string): HubError {
  return new HubError('invalid', `there is no filter '!${text.slice(0, 80)}'`)
}

export function formatScope({ name, filter }: ParsedScope): string {
  if (!filter) return name
  switch (filter.kind) {
    case 'user':
      return `${name}!user=${filter.user}`
    case 'server':
      return `${name}!server=${filter.user}/${filter.server}`
    case 'group':
      return `${name}!group=${filter.group}`
    case 'service':
      return `${name}!service=${filter.service}`
  }
}

/** Names of the groups of a person, as far as they are known. */
export type GroupsOf = (user: string) => readonly string[]

/** Whether everything that `inner` covers is covered by `outer`. A group covers its members and their servers. */
export function covers(outer: Filter | null, inner: Filter | null, groupsOf: GroupsOf): boolean {
  if (!outer) return true
  if (!inner) return false
  switch (outer.kind) {
    case 'group':
      if (inner.kind === 'group') return inner.group === outer.group
      return inner.kind !== 'service' && groupsOf(inner.user).includes(outer.group)
    case 'service':
      return inner.kind === 'service' && inner.service === outer.service
    case 'user':
      return (inner.kind === 'user' || inner.kind === 'server') && inner.user === outer.user
    case 'server':
      return inner.kind === 'server' && inner.user === outer.user && inner.server === outer.server
  }
}
