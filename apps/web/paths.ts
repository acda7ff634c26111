/** Every address of the hub's pages; all links are made here. */
export const paths = {
  home: '/hub/home',
  signIn: '/hub/login',
  signOut: '/hub/logout',
  logo: '/hub/static/logo.svg',
  /** The operator's pages. */
  people: '/hub/admin',
  groups: '/hub/admin/groups',
  /** One's own tokens and sessions (JupyterHub's address). */
  credentials: '/hub/token',
  /** Where a person's server is started, and where to go from there; `user` as it is, unquoted. */
  spawn: (user: string, next?: string, server = '') =>
    withNext(`/hub/spawn/${ofServer(user, server)}`, next),
  /** The page that follows a start. */
  spawnPending: (user: string, server = '') => `/hub/spawn-pending/${ofServer(user, server)}`,
  /** Signing in again, and back to where one was. */
  signInAgain: (next: string) => withNext('/hub/login', next),
  /** What one is to know of one's servers; a stream, as of progress. */
  notices: (user: string, xsrf: string) =>
    `/hub/api/users/${quote(user)}/notices?_xsrf=${encodeURIComponent(xsrf)}`,
  /** The progress stream of a server; event sources cannot send headers, so the token goes along. */
  progress: (url: string, xsrf: string) => `${url}?_xsrf=${encodeURIComponent(xsrf)}`,
} as const

function withNext(path: string, next: string | undefined): string {
  return next === undefined ? path : `${path}?next=${encodeURIComponent(next)}`
}

/** A server without a name is its owner's alone. */
function ofServer(user: string, server: string): string {
  return server === '' ? quote(user) : `${quote(user)}/${quote(server)}`
}

function quote(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@')
}
