/**
 * JupyterHub's scopes (its rbac documentation, version 6): each with those that it includes. A holder of the first holds
 * the others.
 */
export const SCOPE_TREE: Readonly<Record<string, readonly string[]>> = {
  'admin:users': ['admin:auth_state', 'users', 'read:roles:users', 'delete:users'],
  'admin:auth_state': [],
  users: ['read:users', 'list:users', 'users:activity'],
  'read:users': ['read:users:name', 'read:users:groups', 'read:users:activity'],
  'read:users:name': [],
  'read:users:groups': [],
  'read:users:activity': [],
  'list:users': ['read:users:name'],
  'users:activity': ['read:users:activity'],
  'read:roles:users': [],
  'delete:users': [],
  'admin:servers': ['admin:server_state', 'servers'],
  'admin:server_state': [],
  servers: ['read:servers', 'start:servers', 'delete:servers'],
  'read:servers': ['read:users:name'],
  'start:servers': [],
  'delete:servers': [],
  tokens: ['read:tokens'],
  'read:tokens': [],
  'admin:groups': ['groups', 'read:roles:groups', 'delete:groups'],
  groups: ['read:groups', 'list:groups'],
  'read:groups': ['read:groups:name'],
  'read:groups:name': [],
  'list:groups': ['read:groups:name'],
  'read:roles:groups': [],
  'delete:groups': [],
  'admin:services': ['list:services', 'read:services', 'read:roles:services'],
  'list:services': ['read:services:name'],
  'read:services': ['read:services:name'],
  'read:services:name': [],
  'read:roles:services': [],
  'read:roles': ['read:roles:users', 'read:roles:services', 'read:roles:groups'],
  shares: ['access:servers', 'read:shares', 'users:shares', 'groups:shares'],
  'read:shares': [],
  'users:shares': ['read:users:shares'],
  'read:users:shares': [],
  'groups:shares': ['read:groups:shares'],
  'read:groups:shares': [],
  'access:servers': [],
  'access:services': [],
  'admin-ui': [],
  'read:hub': [],
  'read:metrics': [],
  proxy: [],
  shutdown: [],
}

/** The scope and everything that it includes. */
export function withIncluded(name: string): readonly string[] {
  const found = new Set<string>()
  const visit = (scope: string) => {
    if (found.has(scope)) return
    found.add(scope)
    for (const included of SCOPE_TREE[scope] ?? []) visit(included)
  }
  visit(name)
  return [...found]
}
