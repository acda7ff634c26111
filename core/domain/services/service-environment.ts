import type { Addresses } from '../servers/addresses.ts'
import { type Service, serviceAccessScopeOf, servicePrefixOf } from './service.ts'

export interface ServiceEnvironmentParts {
  readonly token: string | null
  /** The hub's API as the service reaches it. */
  readonly apiUrl: string
  readonly addresses: Addresses
}

/**
 * What a service that the hub runs needs to know of it (JupyterHub's names and forms). What the operator says besides cannot
 * replace any of it.
 */
export function serviceEnvironment(
  service: Service,
  { token, apiUrl, addresses }: ServiceEnvironmentParts,
): Record<string, string> {
  const { name, url, environment, clientId, redirectUri, allowedScopes } = service
  const prefix = servicePrefixOf(service)
  const access = JSON.stringify([serviceAccessScopeOf(service)])
  return {
    ...environment,
    JUPYTERHUB_SERVICE_NAME: name,
    ...(token !== null && { JUPYTERHUB_API_TOKEN: token, JPY_API_TOKEN: token }),
    JUPYTERHUB_API_URL: apiUrl,
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_CLIENT_ID: clientId,
    JUPYTERHUB_HOST: addresses.hubHost,
    JUPYTERHUB_SERVICE_PREFIX: prefix,
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: access,
    JUPYTERHUB_OAUTH_SCOPES: access,
    JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: JSON.stringify(allowedScopes),
    JUPYTERHUB_COOKIE_OPTIONS: addresses.secure ? '{"secure": true}' : '{}',
    JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: addresses.keepsHostCookies ? '1' : '0',
    JUPYTERHUB_PUBLIC_HUB_URL: `${addresses.hub}/hub/`,
    ...(url !== null && {
      JUPYTERHUB_SERVICE_URL: url,
      JUPYTERHUB_PUBLIC_URL: addresses.originOfService(name) + prefix,
    }),
    ...(redirectUri !== null && {
      JUPYTERHUB_OAUTH_CALLBACK_URL: addresses.locate(redirectUri),
    }),
  }
}
