import * as z from 'zod'

import type { LiveConfig } from '#core/config/live-config.ts'
import type { HubConfig } from '#core/config/schema.ts'
import type { ConfigReport } from '#core/contract/config.ts'
import type { RoleSettings } from '#core/domain/access/roles.ts'
import type { ServerSettings } from '#core/domain/servers/server-settings.ts'
import type { RunningConfig } from '#core/http/api-config.ts'

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

/** What the API tells of the settings. */
export function runningConfig(live: LiveConfig): RunningConfig {
  const report = (): ConfigReport => {
    const { file, revision, takenOn, waiting, refusal, troubles } = live.state()
    return {
      file,
      revision,
      taken_on: takenOn.toISOString(),
      waiting: [...waiting],
      refusal: refusal && { at: refusal.at.toISOString(), message: refusal.message },
      troubles: [...troubles],
      settings: live.explain().map(({ value, ...setting }) => ({
        ...setting,
        value: z.json().parse(value ?? null),
      })),
    }
  }
  return {
    report,
    apply: async () => {
      await live.look()
      return report()
    },
  }
}
