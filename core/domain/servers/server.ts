/** A person's server; `name` is '' for the default one. */
export interface ServerId {
  readonly user: string
  readonly name: string
}

/** What the person wants; `removed`: that it is stopped, and its row taken away then. */
type Wanted = 'running' | 'stopped' | 'removed'

/** Where the server is on its way: stopped → spawning → ready → stopping → stopped; failed is stopped with a reason. */
export type ServerState = 'stopped' | 'spawning' | 'ready' | 'stopping' | 'failed'

/** Whatever the spawner needs to find its server again after the hub restarts. JSON. */
export interface SpawnHandle {
  /** Which adapter wrote it; another one must not act on it. */
  readonly adapter: string
  /** The row's `publicId`. */
  readonly publicId: string
  readonly [key: string]: string | number
}

/** Where a server listens. `owner` is the uid that must own the socket. */
export type ServerAddress =
  | { readonly kind: 'unix'; readonly path: string; readonly owner: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** Why a server is not running, in words for its owner, with the end of its log. */
interface Failure {
  readonly reason: string
  readonly log: readonly string[]
}

/**
 * Which hub brings a server up or down, so that of several hubs on one database one does. It is renewed while the work goes on;
 * on a server that is ready it says who brought it up.
 */
export interface Lease {
  /** A hub's id and which of its lives it is: `0123456789abcdef.01234567`. */
  readonly holder: string
  /** By the holder's clock. Others take it for a mark that changes: their clocks may differ. */
  readonly until: Date
}

export interface Server {
  readonly id: ServerId
  readonly userId: number
  /** 16 hexadecimal digits, new at each start: names the socket's directory, so that no path holds a person's name. */
  readonly publicId: string
  /** What its owner calls it; empty: its name. */
  readonly displayName: string
  /** What was chosen for it, as the form of the spawner or the API gave it. JSON. */
  readonly userOptions: Readonly<Record<string, unknown>>
  readonly wanted: Wanted
  readonly state: ServerState
  readonly stateSince: Date
  readonly startedAt: Date | null
  readonly handle: SpawnHandle | null
  readonly address: ServerAddress | null
  readonly failure: Failure | null
  readonly lastActivity: Date | null
  /** When its owner said last that he still uses it. */
  readonly keptAt: Date | null
  /** It is not stopped for being idle, or old. */
  readonly exempt: boolean
  /** Which hub works on it, or brought it up. */
  readonly lease: Lease | null
}

/** The path under which the proxy serves it, percent-encoded, with slashes at both ends. */
export function prefixOf({ user, name }: ServerId): string {
  return name === '' ? `/user/${quote(user)}/` : `/user/${quote(user)}/${quote(name)}/`
}

/** Python names no cookie with an `@` in it (RFC 9110, "token"). */
export const inCookieName = (name: string) => quote(name).replaceAll('@', '%40')

const CLIENT_PREFIX = 'jupyterhub-user-'

/**
 * The server's OAuth client id, which is also the name of its cookie. In the person's part a `-` is quoted too: otherwise the
 * server `c` of `a-b` and the server `b-c` of `a` would be one client.
 */
export function clientIdOf({ user, name }: ServerId): string {
  const owner = CLIENT_PREFIX + inCookieName(user).replaceAll('-', '%2D')
  return name === '' ? owner : `${owner}-${inCookieName(name)}`
}

/** The names in an OAuth client id, as they are written there; undefined when it is no server's. */
export function namesInClientId(clientId: string): ServerId | undefined {
  if (!clientId.startsWith(CLIENT_PREFIX)) return undefined
  const [user = '', ...name] = clientId.slice(CLIENT_PREFIX.length).split('-')
  try {
    return { user: decodeURIComponent(user), name: decodeURIComponent(name.join('-')) }
  } catch {
    // Not of our quoting.
    return undefined
  }
}

/** Whether nothing of it runs or is on its way. */
export function isAtRest({ state }: Pick<Server, 'state'>): boolean {
  return state === 'stopped' || state === 'failed'
}

/** JupyterHub's quoting of names in paths: `@` and `~` stay as they are. */
export function quote(name: string): string {
  return encodeURIComponent(name)
    .replaceAll('%40', '@')
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
