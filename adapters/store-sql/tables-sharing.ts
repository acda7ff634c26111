import type { Generated } from 'kysely'

export interface SharingTables {
  services: { name: string; definition: string; created_at: number }
  /** Of a server, with a person or a group; `scopes`: names with spaces between them. */
  shares: {
    id: Generated<number>
    owner_id: number
    server_name: string
    user_id: number | null
    group_id: number | null
    scopes: string
    created_at: number
  }
  share_codes: {
    id: Generated<number>
    hash: string
    owner_id: number
    server_name: string
    scopes: string
    created_at: number
    expires_at: number
    exchanges: Generated<number>
    last_exchanged_at: number | null
  }
}
