/** Every address of the hub's pages; all links are made here. */
export const paths = {
  home: '/hub/home',
  signIn: '/hub/login',
  signOut: '/hub/logout',
  logo: '/hub/logo',
  /** Where a server is started; `user` as it is, unquoted. */
  spawn: (user: string) => `/hub/spawn/${quote(user)}`,
  /** The progress stream of a server; event sources cannot send headers, so the token goes along. */
  progress: (url: string, xsrf: string) => `${url}?_xsrf=${encodeURIComponent(xsrf)}`,
} as const

function quote(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@')
}
