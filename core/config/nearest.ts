import * as z from 'zod'

import { Settings } from './schema.ts'
import { SETTINGS, unwrap } from './settings-list.ts'

/** `: did you mean …?`, when a setting is called nearly like it; else nothing. */
export function nearest(name: string): string {
  const sections = SETTINGS.flatMap(({ path }) =>
    path.map((_key, index) => path.slice(0, index + 1).join('.')),
  )
  return meant(name, [...new Set(sections)])
}

/** As `nearest`, among the keys that may stand at a path of the file. */
export function nearestKey(path: readonly PropertyKey[]): string {
  let schema: z.ZodType = Settings
  for (const key of path.slice(0, -1)) {
    const { type } = unwrap(schema)
    const inner: unknown =
      type instanceof z.ZodObject
        ? type.shape[String(key)]
        : type instanceof z.ZodRecord
          ? type.valueType
          : type instanceof z.ZodArray
            ? type.element
            : undefined
    if (!(inner instanceof z.ZodType)) return ''
    schema = inner
  }
  const { type } = unwrap(schema)
  return type instanceof z.ZodObject ? meant(String(path.at(-1)), Object.keys(type.shape)) : ''
}

function meant(name: string, known: readonly string[]): string {
  const best = known
    .map((each) => ({ each, away: distance(name, each) }))
    .toSorted((one, other) => one.away - other.away)[0]
  return best && name.length < 100 && best.away <= Math.max(1, Math.floor(best.each.length / 3))
    ? `: did you mean ${best.each}?`
    : ''
}

/** Levenshtein's: how many letters have to be put in, taken out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1]
    for (const [j, wanted] of Array.from(other).entries()) {
      const changed = (row[j] ?? 0) + (letter === wanted ? 0 : 1)
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, changed))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
