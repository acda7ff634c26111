/**
 * How long a server may go on believing what the hub said of a visitor, in seconds. A server asks again after that, so an end of
 * access is known everywhere within it; the proxy's memory of what has ended is longer (`core/forwarding/ended-credentials.ts`).
 */
const CACHE_MAX_AGE_S = 8

/**
 * What every single-user server is started with beside its environment, which has no word for this. The class that is really used
 * is named: whatever a file in somebody's home says of it counts for less than the command line.
 */
export const SERVER_ARGUMENTS: readonly string[] = [`--HubOAuth.cache_max_age=${CACHE_MAX_AGE_S}`]
