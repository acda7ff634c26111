import type { Clock } from '#core/base/clock.ts'

import { addressPrefix } from '#core/base/address-prefix.ts'
import type { AuditActor, AuditEntry, AuditEvent } from './audit-entry.ts'
import { auditField } from './audit-field.ts'
import type { AuditFilter, AuditLog } from './audit-log.ts'
import { type Anchor, anchorText } from './chain.ts'
import { type Verdict, verify } from './verify.ts'

export interface AuditDeps {
  readonly log: AuditLog
  readonly clock: Clock
  /** Rows older than this are taken away. */
  readonly maxAgeMs: number
  /** Of more rows than this, the oldest are taken away. */
  readonly maxRows: number
}

/** Something to be noted; when, and how often, is ours to say. */
export type AuditNote = Omit<AuditEvent, 'at' | 'count'>

/** Equal refusals within this time are one row. */
const WINDOW_MS = 60_000
/** In one window: different targets of otherwise equal refusals, and all different refusals. What is more shares rows. */
const MOST_TARGETS = 32
const MOST_WINDOWS = 10_000
/** What one person does within his own affairs in one window; what is more is counted, as refusals are. */
const MOST_OWN = 30
/** Refusals that are still kept back and shown with the newest rows. */
const MOST_HELD = 1000
const CHUNK = 500

/** The detail of what was counted. */
const MORE = 'more than is written out'

const HUB: AuditActor = { kind: 'hub', name: '', id: null }

/** Equal refusals, as far as this hub has seen them. */
interface Window {
  readonly since: number
  readonly targets: Set<string>
}

/**
 * Writes down who did what to whom. A refusal is written at once when it is the first of its kind, and those like it are
 * counted, so that nobody can bury what happened under refusals of his own making; nor under what he may do as often as he likes.
 */
export class AuditService {
  readonly #deps: AuditDeps
  readonly #windows = new Map<string, Window>()
  readonly #counted = new Map<string, AuditEvent>()
  /** By the id of a person: what he did within his own affairs. */
  readonly #own = new Map<number, { readonly since: number; count: number }>()

  constructor(deps: AuditDeps) {
    this.#deps = deps
  }

  /** Writes it down. It is on the disk when this resolves; of refusals like an earlier one only the count may come later. */
  async record(note: AuditNote): Promise<void> {
    const event = { ...trimmed(note), at: this.#deps.clock.now(), count: 1 }
    if (event.outcome === 'refused') await this.#counting(event)
    else if (this.#isTooMuch(event))
      await this.#counting({ ...event, credential: '', detail: MORE })
    else await this.#deps.log.append(event)
  }

  /** Newest first; refusals that are still being counted come before all others and have no number yet. */
  async list(
    filter: AuditFilter,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly items: readonly (AuditEvent | AuditEntry)[]; readonly total: number }> {
    await this.#writeCounts()
    const held = await this.#deps.log.held(filter, MOST_HELD)
    const first = held.slice(offset, offset + limit)
    const rest = { offset: Math.max(0, offset - held.length), limit: limit - first.length }
    const { items, total } = await this.#deps.log.list(filter, rest)
    return { items: [...first, ...items], total: held.length + total }
  }

  /** Every row, oldest first. */
  async *export(filter: AuditFilter): AsyncGenerator<AuditEntry> {
    let after = 0
    for (;;) {
      const entries = await this.#deps.log.scan(filter, after, CHUNK)
      yield* entries
      after = entries.at(-1)?.id ?? after
      if (entries.length < CHUNK) return
    }
  }

  verify(noted?: Anchor): Promise<Verdict> {
    return verify(this.#deps.log, noted)
  }

  /** Makes rows of the refusals whose time is over. To be called every few seconds. */
  async settle(): Promise<void> {
    const over = this.#deps.clock.now().getTime() - WINDOW_MS
    await this.#writeCounts()
    for (const [key, { since }] of this.#windows) if (since <= over) this.#windows.delete(key)
    for (const [id, { since }] of this.#own) if (since <= over) this.#own.delete(id)
    await this.#deps.log.settle(new Date(over + 1))
  }

  /** Takes away what is too old or too much, and writes down that it did; how many rows. */
  prune(): Promise<number> {
    const { log, clock, maxAgeMs, maxRows } = this.#deps
    const at = clock.now()
    const limits = { before: new Date(at.getTime() - maxAgeMs), most: maxRows }
    return log.prune(limits, ({ through }) => ({
      at,
      actor: HUB,
      credential: '',
      action: 'audit.pruned',
      target: { kind: 'hub', name: '', userId: null },
      address: '',
      outcome: 'done',
      detail: anchorText(through),
      count: 1,
    }))
  }

  /** Whether somebody fills the log with his own affairs, such as tokens that he makes and removes again. */
  #isTooMuch(event: AuditEvent): boolean {
    const { actor, at } = event
    if (actor.kind !== 'user' || actor.id === null || !isOwnAffair(event)) return false
    const before = this.#own.get(actor.id)
    const isOver = !before || before.since <= at.getTime() - WINDOW_MS
    const own = isOver ? { since: at.getTime(), count: 0 } : before
    this.#own.set(actor.id, own)
    return ++own.count > MOST_OWN
  }

  async #counting(event: AuditEvent): Promise<void> {
    const known = this.#windows.get(keyOf(event))
    if (known && known.since <= event.at.getTime() - WINDOW_MS) await this.settle()
    const { key, shown, isNew } = this.#placeOf(event)
    const counted = this.#counted.get(key)
    if (isNew) await this.#deps.log.hold({ key, event: shown })
    else this.#counted.set(key, { ...(counted ?? shown), count: (counted?.count ?? 0) + 1 })
  }

  /** Under which key it is counted; what has too many kinds loses what tells them apart. */
  #placeOf(event: AuditEvent): {
    readonly key: string
    readonly shown: AuditEvent
    readonly isNew: boolean
  } {
    const crowded = this.#windows.size >= MOST_WINDOWS && !this.#windows.has(keyOf(event))
    const placed = crowded ? { ...event, address: '', detail: 'from many addresses' } : event
    const window = this.#windows.get(keyOf(placed)) ?? {
      since: event.at.getTime(),
      targets: new Set(),
    }
    this.#windows.set(keyOf(placed), window)
    const named = `${placed.target.kind} ${placed.target.name}`
    const tooMany = window.targets.size >= MOST_TARGETS && !window.targets.has(named)
    const target = tooMany ? { ...placed.target, name: '', userId: null } : placed.target
    const place = `${target.kind} ${target.name}`
    const isNew = !window.targets.has(place)
    window.targets.add(place)
    return { key: `${keyOf(placed)}\n${place}`, shown: { ...placed, target }, isNew }
  }

  async #writeCounts(): Promise<void> {
    const counted = [...this.#counted]
    this.#counted.clear()
    for (const [key, event] of counted) await this.#deps.log.hold({ key, event })
  }
}

/** What he does to himself and what is his, or where he goes: of that everybody can do as much as he likes. */
function isOwnAffair({ actor, action, target }: AuditEvent): boolean {
  return target.userId === actor.id || action === 'server.entered' || action === 'service.entered'
}

/** Refusals that agree in this are alike: who, what, and from where. */
function keyOf({ actor, action, detail, address }: AuditEvent): string {
  return [actor.kind, actor.name, action, detail, addressPrefix(address)].join('\n')
}

function trimmed(note: AuditNote): AuditNote {
  const { actor, credential, target, address, detail } = note
  return {
    ...note,
    actor: { ...actor, name: auditField(actor.name) },
    credential: auditField(credential),
    target: { ...target, name: auditField(target.name) },
    address: auditField(address),
    detail: auditField(detail),
  }
}
