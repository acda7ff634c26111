import * as z from 'zod'

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

/** `read:users`, `read:users!group=course-1`, `custom:x:read`: of a kind that exists. */
export const Scope = z
  .string()
  .superRefine((text, context) => {
    const mistake = mistakeIn(text)
    if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake })
  })
  .meta({ shape: 'scope' })

function mistakeIn(text: string): string | undefined {
  if (STAND_INS.has(text)) return undefined
  const mark = text.indexOf('!')
  const name = mark < 0 ? text : text.slice(0, mark)
  if (!SCOPE_NAMES.has(name) && !name.startsWith('custom:'))
    return `is no scope that there is: ${text}`
  if (mark < 0) return undefined
  return /^(?:user|server|service|(?:user|group|service)=[^!=]+|server=[^!=/]+\/[^!=/]*)$/.test(
    text.slice(mark + 1),
  )
    ? undefined
    : `has no filter that there is: ${text}. Filters are !user=NAME, !group=NAME, !server=NAME/SERVER, !service=NAME, and !user, !server, !service for the holder's own`
}
