import type { ServerLimits, ServerSettings } from '../servers/server-settings.ts'

/** No limits but the time to start. */
export const noLimits: ServerLimits = {
  namedAllowed: true,
  named: 0,
  active: 0,
  activePerPerson: 0,
  groups: {},
}

/** Settings of servers, as they are without a word from the operator. */
export function serverSettings(said: Partial<ServerSettings> = {}): ServerSettings {
  return {
    startTimeoutMs: 60_000,
    environment: {},
    defaultUrl: '/lab',
    form: [],
    starts: { atOnce: 16, perPerson: 2 },
    limits: noLimits,
    ...said,
  }
}
