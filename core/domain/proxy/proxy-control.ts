/** A route as the proxy has it, whoever made it. */
export interface ProxyRoute {
  /** With slashes at both ends. */
  readonly prefix: string
  readonly target: string
  /** What its maker attached to it. */
  readonly data: Readonly<Record<string, unknown>>
}

/** The proxy itself: all of its routes, and which proxy it is. */
export interface ProxyControl {
  routes(): Promise<readonly ProxyRoute[]>
  /** From now on another proxy gets the routes. `token` null: the one from before is sent. */
  pointTo(proxy: { readonly apiUrl: string; readonly token: string | null }): void
}
