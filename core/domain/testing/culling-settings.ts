import type { CullingSettings } from '../activity/culling-settings.ts'

/** No server is stopped for being idle, or old. */
export const noCulling: CullingSettings = {
  idleAfterMs: 0,
  maxAgeMs: 0,
  warnBeforeMs: 0,
  exempt: { users: [], groups: [] },
  groups: {},
  users: {},
}
