import * as z from 'zod'

import type { PolicySettings } from '#adapters/routes-http/route-policy.ts'
import type { LiveConfig } from '#core/config/live-config.ts'
import type { HubConfig } from '#core/config/schema.ts'
import type { ConfigReport } from '#core/contract/config.ts'
import type { CullingSettings } from '#core/domain/activity/culling-settings.ts'
import type { RoleSettings } from '#core/domain/access/roles.ts'
import { Addresses } from '#core/domain/servers/addresses.ts'
import { clientDefaultsOf, type Service } from '#core/domain/services/service.ts'
import type { ConfiguredGroup } from '#core/domain/groups/group-store.ts'
import type { ServerSettings } from '#core/domain/servers/server-settings.ts'
import type { RunningConfig } from '#core/http/api-config.ts'

/** The settings in the words of the services that they are for. */
export function serverSettings({
  activity,
  spawner,
  named_servers: named,
  groups,
}: HubConfig): ServerSettings {
  return {
    startTimeoutMs: spawner.start_timeout,
    environment: {
      JUPYTERHUB_ACTIVITY_INTERVAL: String(Math.ceil(activity.interval / 1000)),
      ...spawner.environment,
    },
    defaultUrl: spawner.default_url,
    form: spawner.form,
    starts: {
      atOnce: spawner.concurrent_starts,
      perPerson: spawner.concurrent_starts_per_person,
    },
    limits: {
      namedAllowed: named.allow,
      named: named.per_user,
      active: spawner.active_servers,
      activePerPerson: spawner.active_servers_per_person,
      groups: Object.fromEntries(
        Object.entries(groups).map(([name, { limits }]) => [
          name,
          { named: limits.named_servers, activePerPerson: limits.active_servers },
        ]),
      ),
    },
  }
}

export function cullingSettings({ culling }: HubConfig): CullingSettings {
  return {
    idleAfterMs: culling.idle_after,
    maxAgeMs: culling.max_age,
    warnBeforeMs: culling.warn_before,
    exempt: culling.exempt,
    groups: mapped(culling.groups),
    users: mapped(culling.users),
  }
}

type SaidTimes = HubConfig['culling']['groups'][string]

function mapped(said: Readonly<Record<string, SaidTimes>>): CullingSettings['groups'] {
  return Object.fromEntries(Object.entries(said).map(([name, times]) => [name, cullTimes(times)]))
}

function cullTimes({ idle_after: idle, max_age: age, warn_before: warn }: SaidTimes) {
  return {
    ...(idle !== undefined && { idleAfterMs: idle }),
    ...(age !== undefined && { maxAgeMs: age }),
    ...(warn !== undefined && { warnBeforeMs: warn }),
  }
}

export function roleSettings({ roles, custom_scopes: scopes, shares }: HubConfig): RoleSettings {
  return {
    roles: shares.everyone ? withSharing(roles) : roles,
    customScopes: Object.entries(scopes).map(([name, { description, subscopes }]) => ({
      name,
      description,
      includes: subscopes,
    })),
  }
}

/** Everyone has the role `user`, whatever else the configuration says of it. */
function withSharing(roles: HubConfig['roles']): HubConfig['roles'] {
  const nothing = { name: 'user', description: '', scopes: [], users: [], groups: [], services: [] }
  const user = roles.find(({ name }) => name === 'user') ?? nothing
  // Without scopes of its own the entry leaves those that are built in.
  const before = user.scopes.length === 0 ? ['self'] : user.scopes
  const others = roles.filter(({ name }) => name !== 'user')
  return [...others, { ...user, scopes: [...before, 'shares!user'] }]
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

export function addressesOf({ public_url: publicUrl, subdomains }: HubConfig): Addresses {
  return new Addresses({ publicUrl, subdomains })
}

/** For how many seconds browsers are told to come by https alone; undefined where people come by http, and where nobody wants it. */
export function hstsSeconds({ public_url: publicUrl, hsts }: HubConfig): number | undefined {
  const seconds = Math.floor(hsts / 1000)
  return publicUrl.startsWith('https:') && seconds > 0 ? seconds : undefined
}

/** What the proxy is told with each route. */
export function policySettings(live: LiveConfig): PolicySettings {
  return {
    // Taken on by a restart, as hosts are.
    ownHosts: live.current().subdomains,
    hsts: () => hstsSeconds(live.current()),
  }
}

export function groupSettings({ groups }: HubConfig): readonly ConfiguredGroup[] {
  return Object.entries(groups).map(([name, { users, properties }]) => ({
    name,
    users,
    // Where the configuration says nothing of them, they are set by the API.
    properties: Object.keys(properties).length === 0 ? null : properties,
  }))
}

/** The services that stand in the configuration. */
export function configuredServices({ services }: HubConfig): readonly Service[] {
  return services.map((service) => {
    const { name, url = null, command, environment, cwd, display, info, admin } = service
    const usual = clientDefaultsOf({ name, url })
    return {
      name,
      url,
      command,
      environment,
      cwd,
      display,
      info,
      admin,
      clientId: service.oauth_client_id ?? usual.clientId,
      redirectUri: service.oauth_redirect_uri ?? usual.redirectUri,
      noConfirm: service.oauth_no_confirm,
      allowedScopes: service.oauth_client_allowed_scopes,
      from: 'config',
    }
  })
}

/**
 * The hub's API as programs on this machine reach it: by the proxy, since few of them speak over sockets. A certificate is one for
 * the public name alone.
 */
export function localApiUrl(config: HubConfig): string {
  return `${config.tls.key_file === '' ? localUrl(config) : config.public_url}/hub/api`
}

/** What is listened on, as this machine reaches it. */
export function localUrl({ listen }: HubConfig): string {
  const { host, port } = listen
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`
}
