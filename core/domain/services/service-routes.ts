/** The proxy's route to a service. */
export interface ServiceRoute {
  /** Path prefix with slashes at both ends. */
  readonly prefix: string
  /** http or https. */
  readonly url: string
  /** To be connected to in place of what the address's name resolves to; null: the name is trusted. */
  readonly address: string | null
  readonly service: string
  /** Its OAuth client id, which is also the name of its cookie. */
  readonly clientId: string
}

/** The proxy's routes to services. Adding and removing are idempotent. */
export interface ServiceRoutes {
  addService(route: ServiceRoute): Promise<void>
  remove(prefix: string): Promise<void>
  listServices(): Promise<readonly ServiceRoute[]>
}
