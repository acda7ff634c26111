import type { AuditEntry, AuditEvent } from '../audit/audit-entry.ts'
import type { AuditFilter, AuditLog, HeldRefusal } from '../audit/audit-log.ts'
import { type Anchor, hashOf, START } from '../audit/chain.ts'

/** The log in memory. */
export class FakeAuditLog implements AuditLog {
  rows: AuditEntry[] = []
  readonly kept = new Map<string, AuditEvent>()
  #last: Anchor = START

  append(event: AuditEvent): Promise<AuditEntry> {
    return Promise.resolve(this.#add(event))
  }

  hold({ key, event }: HeldRefusal): Promise<void> {
    const before = this.kept.get(key)
    this.kept.set(key, before ? { ...before, count: before.count + event.count } : event)
    return Promise.resolve()
  }

  settle(before: Date): Promise<number> {
    const over = [...this.kept]
      .filter(([, { at }]) => at < before)
      .toSorted(([, a], [, b]) => a.at.getTime() - b.at.getTime())
    for (const [key, event] of over) {
      this.#add(event)
      this.kept.delete(key)
    }
    return Promise.resolve(over.length)
  }

  held(filter: AuditFilter, most: number): Promise<readonly AuditEvent[]> {
    const found = [...this.kept.values()].filter((event) => fits(event, filter))
    return Promise.resolve(found.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, most))
  }

  list(
    filter: AuditFilter,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly total: number }> {
    const found = this.rows.filter((entry) => fits(entry, filter)).toReversed()
    return Promise.resolve({ items: found.slice(offset, offset + limit), total: found.length })
  }

  scan(filter: AuditFilter, after: number, limit: number): Promise<readonly AuditEntry[]> {
    const found = this.rows.filter((entry) => entry.id > after && fits(entry, filter))
    return Promise.resolve(found.slice(0, limit))
  }

  last(): Promise<Anchor> {
    return Promise.resolve(this.#last)
  }

  prune(
    { before, most }: { readonly before: Date; readonly most: number },
    record: (pruned: { readonly rows: number; readonly through: Anchor }) => AuditEvent,
  ): Promise<number> {
    const young = this.rows.findIndex(({ at }) => at >= before)
    const old = young < 0 ? this.rows.length : young
    const rows = Math.max(old, this.rows.length - most)
    const through = this.rows[rows - 1]
    if (through === undefined) return Promise.resolve(0)
    this.rows = this.rows.slice(rows)
    this.#add(record({ rows, through: { id: through.id, hash: through.hash } }))
    return Promise.resolve(rows)
  }

  #add(event: AuditEvent): AuditEntry {
    const id = this.#last.id + 1
    const entry = { ...event, id, hash: hashOf(this.#last.hash, id, event) }
    this.rows.push(entry)
    this.#last = { id, hash: entry.hash }
    return entry
  }
}

function fits(
  { at, actor, action, target }: AuditEvent,
  { part, who, target: name, action: named, since, until }: AuditFilter,
): boolean {
  const checks = [
    part === undefined || actor.id === part || target.userId === part,
    who === undefined || actor.name === who,
    name === undefined || target.name === name || target.name.startsWith(`${name}/`),
    named === undefined || action === named,
    since === undefined || at >= since,
    until === undefined || at < until,
  ]
  return checks.every(Boolean)
}
