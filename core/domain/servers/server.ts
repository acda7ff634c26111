/** A person's server; `name` is '' for the default one. */
export interface ServerId {
  readonly user: string
  readonly name: string
}

/** What the person wants. */
type Wanted = 'running' | 'stopped'

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
  /** Which hub works on it, or brought it up. */
  readonly lease: Lease | null
}

/** The path under which the proxy serves it, percent-encoded, with slashes at both ends. */
export function prefixOf({ user, name }: ServerId): string {
  return name === '' ? `/user/${quote(user)}/` : `/user/${quote(user)}/${quote(name)}/`
}

/** The server's OAuth client id, which is also the name of its cookie. */
export function clientIdOf({ user, name }: ServerId): string {
  return name === ''
    ? `jupyterhub-user-${quote(user)}`
    : `jupyterhub-user-${quote(user)}-${quote(name)}`
}

/** JupyterHub's quoting of names in paths: `@` and `~` stay as they are. */
export function quote(name: string): string {
  return encodeURIComponent(name)
    .replaceAll('%40', '@')
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
