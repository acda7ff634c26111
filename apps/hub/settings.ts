import type { HubConfig } from '#core/config/schema.ts'
import type { RoleSettings } from '#core/domain/access/roles.ts'
import type { ServerSettings } from '#core/domain/servers/server-settings.ts'

/** The settings in the words of the services that they are for. */
export function serverSettings({ spawner }: HubConfig): ServerSettings {
  return {
    startTimeoutMs: spawner.start_timeout,
    environment: spawner.environment,
    defaultUrl: spawner.default_url,
  }
}

export function roleSettings({ roles, custom_scopes: scopes }: HubConfig): RoleSettings {
  return {
    roles,
    customScopes: Object.entries(scopes).map(([name, { description, subscopes }]) => ({
      name,
      description,
      includes: subscopes,
    })),
  }
}
