import type { User } from '../users/user.ts'
import type { Addresses } from './addresses.ts'
import { clientIdOf, prefixOf, quote, type ServerId } from './server.ts'

/** What the environment of a server is made of. */
export interface EnvironmentParts {
  readonly id: ServerId
  readonly user: User
  readonly token: string
  /** The operator's own additions; they cannot replace what the protocol needs. */
  readonly extra: Readonly<Record<string, string>>
  /** Where the server's own address leads. */
  readonly defaultUrl: string
  readonly addresses: Addresses
}

/**
 * What `jupyterhub-singleuser` needs to know, but for the addresses, which the spawner adds. Names and forms are
 * JupyterHub's (Spawner.get_env).
 */
export function serverEnvironment({
  id,
  user,
  token,
  extra,
  defaultUrl,
  addresses,
}: EnvironmentParts): Record<string, string> {
  const prefix = prefixOf(id)
  const access = JSON.stringify(accessScopesOf(id))
  return {
    ...extra,
    JUPYTERHUB_API_TOKEN: token,
    JPY_API_TOKEN: token,
    JUPYTERHUB_CLIENT_ID: clientIdOf(id),
    JUPYTERHUB_USER: user.name,
    JUPYTERHUB_SERVER_NAME: id.name,
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_SERVICE_PREFIX: prefix,
    JUPYTERHUB_HOST: addresses.hubHost,
    JUPYTERHUB_PUBLIC_URL: addresses.fullUrlOf(id),
    JUPYTERHUB_PUBLIC_HUB_URL: `${addresses.hub}/hub/`,
    JUPYTERHUB_OAUTH_CALLBACK_URL: `${addresses.urlOf(id)}oauth_callback`,
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: access,
    JUPYTERHUB_OAUTH_SCOPES: access,
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: '[]',
    JUPYTERHUB_COOKIE_OPTIONS: addresses.secure ? '{"secure": true}' : '{}',
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: addresses.keepsHostCookies ? '1' : '0',
    JUPYTERHUB_DEFAULT_URL: defaultUrl,
  }
}

/** What a visitor needs one of to be let in. */
export function accessScopesOf({ user, name }: ServerId): string[] {
  return [`access:servers!server=${user}/${name}`, `access:servers!user=${user}`]
}

/** What a server's own token may do: report its owner's activity, and know who may come in. */
export function serverTokenScopes({ user, name }: ServerId): string[] {
  return [`users:activity!user=${user}`, `access:servers!server=${user}/${name}`]
}

/** Where the hub's API takes the server's reports, below `/hub/api`. */
export function activityPathOf({ user }: ServerId): string {
  return `/users/${quote(user)}/activity`
}
