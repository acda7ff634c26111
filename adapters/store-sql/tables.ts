import type { Generated } from 'kysely'

import type { AuditTables } from './tables-audit.ts'
import type { UsageTables } from './tables-usage.ts'
import type { SharingTables } from './tables-sharing.ts'

/** Times are milliseconds since 1970; booleans 0 or 1; lists and objects JSON. */
export interface Tables extends AuditTables, SharingTables, UsageTables {
  users: {
    id: Generated<number>
    name: string
    admin: number
    created_at: number
    last_activity: number | null
    locked: number
    home: string
  }
  groups: {
    id: Generated<number>
    name: string
    properties: string
    created_at: number
  }
  /** `source`: who put the person in, `api` or `config`. */
  group_members: { group_id: number; user_id: number; source: 'api' | 'config' }
  /** Names that the configuration puts into groups; of people or, for now, of nobody. */
  configured_members: { group_id: number; user_name: string }
  /** Names of people who were removed and whose files are still there. */
  removed_people: { name: string; home: string; removed_at: number }
  announcement: {
    only_one: number
    text: string
    level: string
    place: string
    until: number | null
    set_at: number
    set_by: string
  }
  agreed_values: { name: string; value: string }
  credentials: { user_id: number; hash: string; set_at: number }
  sessions: {
    id: string
    secret_hash: string
    user_id: number
    created_at: number
    expires_at: number
    last_seen_at: number
    address_prefix: string
    browser: string
  }
  ended_access: {
    id: Generated<number>
    hub: string
    prefixes: string
    credentials: string
    at: number
  }
  links: {
    kind: 'set-up' | 'sign-up'
    user_id: number | null
    code_hash: string
    expires_at: number
  }
  sign_in_failures: { key: string; known: number; failures: number; last_at: number }
  tokens: {
    id: Generated<number>
    hash: string
    kind: string
    user_id: number | null
    service: string | null
    scopes: string
    note: string
    client_id: string | null
    session_id: string | null
    created_at: number
    expires_at: number | null
    last_activity: number | null
  }
  oauth_codes: {
    hash: string
    grant_json: string
    user_id: number
    expires_at: number
    spent_at: number | null
    /** What was issued for it. */
    token_id: number | null
    /** It was brought again after it was spent. */
    replayed: Generated<number>
  }
  servers: {
    user_id: number
    name: string
    public_id: string
    display_name: string
    user_options: string
    wanted: string
    state: string
    state_since: number
    started_at: number | null
    handle: string | null
    address: string | null
    failure: string | null
    last_activity: number | null
    /** The id of a hub. */
    lease_holder: string | null
    lease_until: number | null
    kept_at: number | null
    exempt: number
  }
}
