import * as z from 'zod'

import { composeName, foldName } from '#core/base/folded-name.ts'

/** The scopes that a role can be given; what each means is core/domain/access's to say, and a test holds the two together. */
export const SCOPE_NAMES: ReadonlySet<string> = new Set([
  'admin:users',
  'admin:auth_state',
  'users',
  'read:users',
  'read:users:name',
  'read:users:groups',
  'read:users:activity',
  'list:users',
  'users:activity',
  'read:roles:users',
  'delete:users',
  'admin:servers',
  'admin:server_state',
  'servers',
  'read:servers',
  'start:servers',
  'delete:servers',
  'tokens',
  'read:tokens',
  'admin:groups',
  'groups',
  'read:groups',
  'read:groups:name',
  'list:groups',
  'read:roles:groups',
  'delete:groups',
  'admin:services',
  'list:services',
  'read:services',
  'read:services:name',
  'read:roles:services',
  'read:roles',
  'shares',
  'read:shares',
  'users:shares',
  'read:users:shares',
  'groups:shares',
  'read:groups:shares',
  'access:servers',
  'access:services',
  'admin-ui',
  'read:hub',
  'read:metrics',
  'proxy',
  'shutdown',
])

/** Stand for others: all over one's own, all that the owner holds, nothing but one's name. They take no filter. */
const STAND_INS = new Set(['self', 'inherit', 'all', '(no_scope)', 'identify'])

/** JupyterHub's rule for scopes of one's own. */
export const CustomScopeName = z
  .string()
  .regex(
    /^custom:[a-z0-9][a-z0-9_\-*:]+[a-z0-9_*]$/,
    'is no name for a scope of your own: custom: and at least 3 of a-z, 0-9 and _ - * : , first a letter or digit, last none of - :',
  )

const NO_FILTER =
  "Filters are !user=NAME, !group=NAME, !server=NAME/SERVER, !service=NAME, and !user, !server, !service for the holder's own"

/** `read:users`, `read:users!group=course-1`, `custom:x:read`: of a kind that exists. Names in filters are folded as names are. */
export const Scope = z
  .string()
  .transform((text, context) => {
    const read = readScope(text)
    if ('scope' in read) return read.scope
    context.addIssue({ code: 'custom', message: read.mistake })
    return z.NEVER
  })
  .meta({ shape: 'scope' })

function readScope(text: string): { readonly scope: string } | { readonly mistake: string } {
  if (STAND_INS.has(text)) return { scope: text }
  const [name = '', ...rest] = text.split('!')
  if (!SCOPE_NAMES.has(name) && !name.startsWith('custom:'))
    return { mistake: `is no scope that there is: ${text}` }
  if (rest.length === 0) return { scope: text }
  const filter = rest.length === 1 ? readFilter(rest[0] ?? '') : undefined
  return filter === undefined
    ? { mistake: `has no filter that there is: ${text}. ${NO_FILTER}` }
    : { scope: `${name}!${filter}` }
}

function readFilter(text: string): string | undefined {
  if (/^(?:user|server|service)$/.test(text) || /^service=[^=/]+$/.test(text)) return text
  const [, kind, raw = '', server = ''] =
    /^(user|group|server)=([^=/]+)(\/[^=/]*)?$/.exec(text) ?? []
  if (kind === undefined || (kind === 'server') !== text.includes('/')) return undefined
  const folded = kind === 'group' ? composeName(raw) : foldName(raw)
  return 'name' in folded ? `${kind}=${folded.name}${server}` : undefined
}
