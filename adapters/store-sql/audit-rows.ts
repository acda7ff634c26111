import type { Selectable } from 'kysely'
import * as z from 'zod'

import { AUDIT_ACTIONS, type AuditEntry, type AuditEvent } from '#core/domain/audit/audit-entry.ts'

import { stored } from './stored.ts'
import type { AuditTables } from './tables-audit.ts'

type EventRow = Omit<Selectable<AuditTables['audit_held']>, 'key'>

const ActorKind = z.enum(['user', 'service', 'operator', 'hub', 'nobody'])
const TargetKind = z.enum(['user', 'server', 'group', 'service', 'hub'])
const Outcome = z.enum(['done', 'refused', 'failed'])
const Action = z.enum(AUDIT_ACTIONS)

export function rowOf(event: AuditEvent): EventRow {
  const { at, actor, credential, action, target, address, outcome, detail, count } = event
  return {
    at: at.getTime(),
    actor_kind: actor.kind,
    actor_name: actor.name,
    actor_id: actor.id,
    credential,
    action,
    target_kind: target.kind,
    target_name: target.name,
    target_user_id: target.userId,
    address,
    outcome,
    detail,
    count,
  }
}

export function eventOf(row: EventRow): AuditEvent {
  const { credential, address, detail, count } = row
  return {
    at: new Date(row.at),
    actor: { kind: stored(ActorKind, row.actor_kind), name: row.actor_name, id: row.actor_id },
    credential,
    action: stored(Action, row.action),
    target: {
      kind: stored(TargetKind, row.target_kind),
      name: row.target_name,
      userId: row.target_user_id,
    },
    address,
    outcome: stored(Outcome, row.outcome),
    detail,
    count,
  }
}

export function entryOf(row: Selectable<AuditTables['audit_log']>): AuditEntry {
  return { id: row.id, ...eventOf(row), hash: row.hash }
}
