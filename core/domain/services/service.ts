import { inCookieName, quote } from '../servers/server.ts'

/** A program beside the notebook servers: one that runs anyway, or, with a command, one that the hub runs. */
export interface Service {
  readonly name: string
  /** Where it answers; null: it serves no pages. */
  readonly url: string | null
  /** Empty: somebody else runs it. */
  readonly command: readonly string[]
  /** Further environment of the command. */
  readonly environment: Readonly<Record<string, string>>
  /** Folder that the command runs in; empty: the hub's data directory. */
  readonly cwd: string
  /** Whether pages list it. */
  readonly display: boolean
  /** Whatever readers of the API want to know of it. JSON. */
  readonly info: Readonly<Record<string, unknown>>
  /** Gives it all that admins may do. */
  readonly admin: boolean
  /** Its id as an OAuth client. */
  readonly clientId: string
  /** Where people come back to after signing in; null: nobody signs in there. */
  readonly redirectUri: string | null
  /** People are let through without being asked. */
  readonly noConfirm: boolean
  /** What it may do for people, besides knowing who they are. */
  readonly allowedScopes: readonly string[]
  /** Written down by the operator, or made by the API. */
  readonly from: 'config' | 'api'
}

/** The path under which the proxy serves it, with slashes at both ends. */
export function servicePrefixOf({ name }: Pick<Service, 'name'>): string {
  return `/services/${quote(name)}/`
}

/** What a visitor needs to be let in. */
export function serviceAccessScopeOf({ name }: Pick<Service, 'name'>): string {
  return `access:services!service=${name}`
}

/** The client id and the way back that a service has when nothing else is said (JupyterHub's). */
export function clientDefaultsOf({
  name,
  url,
}: Pick<Service, 'name' | 'url'>): Pick<Service, 'clientId' | 'redirectUri'> {
  return {
    clientId: `service-${inCookieName(name)}`,
    redirectUri: url === null ? null : `${servicePrefixOf({ name })}oauth_callback`,
  }
}
