import { median } from '../machine.ts'
import { type Name, NAMES } from './contenders.ts'
import type { Found, Reach, Row } from './rows.ts'

/** A row with what was found of each, round by round. */
export interface Result {
  readonly row: Row
  readonly found: Readonly<Partial<Record<Name, readonly Found[]>>>
}

/** One thing that ours must reach, and whether it does. */
export interface Verdict {
  readonly reached: boolean
  /** How far it is, and what was to be reached. */
  readonly words: string
}

/** The median over the rounds; undefined: that one was not measured. */
export function valueOf({ found, row }: Result, name: Name): number | undefined {
  const mine = found[name]
  if (!mine) return undefined
  if (row.isAdded !== true || name === 'direct') return median(mine.map(({ value }) => value))
  // What the machine does meanwhile falls on both; where it is more than what the proxy adds, that is nothing.
  const added = mine.map(({ value }, round) => value - (found.direct?.[round]?.value ?? 0))
  return Math.max(0, median(added))
}

/** The least and the most of the rounds. */
export function spreadOf({ found }: Result, name: Name): readonly [number, number] {
  const values = (found[name] ?? []).map(({ value }) => value)
  return [Math.min(...values), Math.max(...values)]
}

export function judge(result: Result): readonly Verdict[] {
  return result.row.reach.map((reach) => verdictOn(result, reach))
}

function verdictOn(result: Result, { against, atLeast, atMost }: Reach): Verdict {
  const ours = valueOf(result, 'ours') ?? Number.NaN
  const other = against === 'itself' ? 1 : (valueOf(result, against) ?? Number.NaN)
  const figure = ours === 0 ? 0 : ours / other
  const reached = atLeast === undefined ? ours <= (atMost ?? 0) * other : figure >= atLeast
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
  const what = against === 'itself' ? result.row.unit : `× ${NAMES[against]}`
  return {
    reached,
    words: `${figure.toFixed(2)} ${what} (${bound}): ${reached ? 'reached' : 'missed'}`,
  }
}
