/** What everyone holds over what is his own (JupyterHub's `self`). */
export const SELF: readonly string[] = [
  'read:users!user',
  'users:activity!user',
  'users:shares!user',
  'read:shares!user',
  'servers!user',
  'tokens!user',
  'access:servers!user',
]

/** What admins hold besides (JupyterHub's `admin` role). */
const ADMIN: readonly string[] = [
  'admin-ui',
  'admin:users',
  'admin:servers',
  'admin:services',
  'tokens',
  'admin:groups',
  'list:services',
  'read:services',
  'read:hub',
  'proxy',
  'shutdown',
  'access:services',
  'access:servers',
  'read:roles',
  'read:metrics',
  'shares',
]

/** The scopes that a person's roles give him, unexpanded. */
export function rolesOf({ admin }: { readonly admin: boolean }): readonly string[] {
  return admin ? ['self', ...ADMIN] : ['self']
}
