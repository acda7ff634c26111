import { normaliseUserName } from '../users/user-name.ts'
import { labelOfService, labelOfUser } from './host-label.ts'
import { prefixOf, type ServerId } from './server.ts'

export interface AddressSettings {
  /** What people type: scheme, host and port, without a slash at the end. */
  readonly publicUrl: string
  /** Whether each person's servers, and each service, have a host of their own below the hub's. */
  readonly subdomains: boolean
}

/** Where everything is reached, in one place: with subdomains, paths alone do not say it any more. */
export class Addresses {
  /** The hub's own origin. */
  readonly hub: string
  readonly subdomains: boolean
  readonly #url: URL

  constructor({ publicUrl, subdomains }: AddressSettings) {
    this.#url = new URL(publicUrl)
    this.hub = this.#url.origin
    this.subdomains = subdomains
  }

  /** What pages of servers call the hub's host: nothing, when it is their own. */
  get hubHost(): string {
    return this.subdomains ? this.hub : ''
  }

  get secure(): boolean {
    return this.#url.protocol === 'https:'
  }

  /** For cookies that every server must see; undefined where they are on the hub's host anyway. */
  get cookieDomain(): string | undefined {
    return this.subdomains ? this.#url.hostname : undefined
  }

  /**
   * Whether credentials are kept under a name that no other host can set (`__Host-`). Browsers take such cookies by https alone, and
   * for a whole host: so each thing needs one of its own.
   */
  get keepsHostCookies(): boolean {
    return this.secure && this.subdomains
  }

  /** As content policies write it: every person's and service's origin; undefined where the hub's is the only one. */
  get wildcard(): string | undefined {
    return this.subdomains ? `${this.#url.protocol}//*.${this.#url.host}` : undefined
  }

  /** Accepted hosts, for the proxy: `*.` stands for any one label. */
  get hosts(): readonly string[] {
    const { hostname } = this.#url
    return this.subdomains ? [hostname, `*.${hostname}`] : [hostname]
  }

  originOfUser(name: string): string {
    return this.#originOf(() => labelOfUser(name))
  }

  originOfService(name: string): string {
    return this.#originOf(() => labelOfService(name))
  }

  /** A server's address as models and other programs name it: a path, or the whole with subdomains (JupyterHub's form). */
  urlOf(id: ServerId): string {
    return (this.subdomains ? this.originOfUser(id.user) : '') + prefixOf(id)
  }

  fullUrlOf(id: ServerId): string {
    return this.originOfUser(id.user) + prefixOf(id)
  }

  /** Under what the proxy knows the route of a path: by its host first, with subdomains. */
  routeOf(path: string): string {
    if (!this.subdomains) return path
    const url = new URL(this.locate(path), this.hub)
    return `/${url.hostname}${path}`
  }

  /** The path of a route, if it is one that `routeOf` gives; what is left from a time with other names stays as it is. */
  pathOfRoute(route: string): string {
    const path = this.subdomains ? /^\/[^/]+(\/.*)$/.exec(route)?.[1] : route
    return path !== undefined && this.routeOf(path) === route ? path : route
  }

  /** Where a path of the hub's house is served: what is somebody's, on his host; the rest stays a path. */
  locate(path: string): string {
    if (!this.subdomains) return path
    const [, kind, quoted = ''] = /^\/(user|services)\/([^/?#]+)/.exec(path) ?? []
    const name = decoded(quoted)
    if (name === undefined) return path
    try {
      if (kind === 'services') return this.originOfService(name) + path
      return kind === 'user' ? this.originOfUser(normaliseUserName(name)) + path : path
    } catch {
      // No name, so nobody's.
      return path
    }
  }

  /** Whether an origin is the hub's, or one of those below it. */
  isOurs(origin: string): boolean {
    if (origin === this.hub) return true
    const url = URL.parse(origin)
    return (
      this.subdomains &&
      url !== null &&
      url.protocol === this.#url.protocol &&
      url.port === this.#url.port &&
      this.isBelow(url.hostname)
    )
  }

  /** Whether a host is one label below the hub's: a person's or a service's. */
  isBelow(hostname: string): boolean {
    const dot = hostname.indexOf('.')
    return this.subdomains && dot > 0 && hostname.slice(dot + 1) === this.#url.hostname
  }

  #originOf(label: () => string): string {
    if (!this.subdomains) return this.hub
    return `${this.#url.protocol}//${label()}.${this.#url.host}`
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
