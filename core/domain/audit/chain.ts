import { createHash } from 'node:crypto'

import type { AuditEntry, AuditEvent } from './audit-entry.ts'

/** What the first row of all is chained to. */
const GENESIS = '0'.repeat(64)

/** The hash of a row: SHA-256 over the one before and the row, in one fixed form (a JSON list). */
export function hashOf(previous: string, id: number, event: AuditEvent): string {
  const { at, actor, credential, action, target, address, outcome, detail, count } = event
  const row = [
    previous,
    id,
    at.getTime(),
    actor.kind,
    actor.name,
    actor.id,
    credential,
    action,
    target.kind,
    target.name,
    target.userId,
    address,
    outcome,
    detail,
    count,
  ]
  return createHash('sha256').update(JSON.stringify(row)).digest('hex')
}

/** A row's place in the chain, by which the rows after it are checked. */
export interface Anchor {
  readonly id: number
  readonly hash: string
}

export const START: Anchor = { id: 0, hash: GENESIS }

const ANCHOR = /^rows up to (\d+), whose hash is ([0-9a-f]{64})$/

/** What a row about pruning says in its detail: up to where, and the hash that the rows which stay are checked against. */
export const anchorText = ({ id, hash }: Anchor) => `rows up to ${id}, whose hash is ${hash}`

/** Undefined when the text is no such detail. */
export function readAnchor(detail: string): Anchor | undefined {
  const [, id, hash] = ANCHOR.exec(detail) ?? []
  return id === undefined || hash === undefined ? undefined : { id: Number(id), hash }
}

/** Why a row does not follow the one before; undefined when it does. */
export function faultOf(before: Anchor, entry: AuditEntry): string | undefined {
  if (entry.id !== before.id + 1)
    return entry.id === before.id + 2
      ? `row ${before.id + 1} is missing`
      : `rows ${before.id + 1} to ${entry.id - 1} are missing`
  return hashOf(before.hash, entry.id, entry) === entry.hash
    ? undefined
    : `row ${entry.id} was changed, or what stood before it`
}
