/** Columns of a row that is in the log, or on its way there. */
interface EventColumns {
  at: number
  actor_kind: string
  actor_name: string
  actor_id: number | null
  credential: string
  action: string
  target_kind: string
  target_name: string
  /** Of the person, or of the server's owner; no reference, for it outlives him. */
  target_user_id: number | null
  address: string
  outcome: string
  detail: string
  count: number
}

export interface AuditTables {
  audit_log: EventColumns & { id: number; hash: string }
  audit_held: EventColumns & { key: string }
  audit_head: { only_one: number; id: number; hash: string }
  audit_pruning: { through: number }
}
