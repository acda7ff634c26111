/** What holds for every route that a hub makes. */
export interface PolicySettings {
  /** Whether each person, and each service, has a host of its own. */
  readonly ownHosts: boolean
  /** For how many seconds browsers are to come by https alone; undefined: nothing is said of it. */
  readonly hsts: () => number | undefined
}

/** What goes to the proxy with a route, in the order in which the proxy lists it; others than ours keep it and do not read it. */
export function policyOf(
  cookie: string,
  { ownHosts, hsts }: PolicySettings,
  { narrow = false } = {},
) {
  const seconds = hsts()
  return {
    cookie,
    ...(ownHosts && { own_host: true }),
    ...(narrow && { narrow_cookies: true }),
    ...(seconds !== undefined && { hsts: seconds }),
  }
}

/** Whether a listed route has the policy that it would get today. */
export function hasPolicy(listed: unknown, wanted: object): boolean {
  return JSON.stringify(listed) === JSON.stringify(wanted)
}
