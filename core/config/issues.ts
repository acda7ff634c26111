import type * as z from 'zod'

import { nearestKey } from './nearest.ts'

/** One mistake in the settings: where, and what goes on after the setting's name. */
export interface Mistake {
  readonly path: readonly PropertyKey[]
  readonly said: string
}

/** A schema's complaint in words that tell what to write instead. `isThere` says whether the file has anything at a path. */
export function sayIssue(
  issue: z.core.$ZodIssue,
  isThere: (path: readonly PropertyKey[]) => boolean,
): readonly Mistake[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      said: `is not a setting${nearestKey([...path, key])}`,
    }))
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner) => ({ path, said: wordsOf(inner) }))
  if (issue.code === 'invalid_type' && path.length > 0 && !isThere(path))
    return [{ path, said: 'is missing' }]
  return [{ path, said: wordsOf(issue) }]
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'invalid_type':
      return `must be ${withArticle(issue.expected)}`
    case 'too_small':
      return isCounted(issue.origin)
        ? `must have at least ${counted(issue.minimum, issue.origin)}`
        : `must be at least ${issue.minimum}`
    case 'too_big':
      return isCounted(issue.origin)
        ? `must have at most ${counted(issue.maximum, issue.origin)}`
        : `must be at most ${issue.maximum}`
    default:
      return issue.message
  }
}

const isCounted = (origin: string) => origin === 'string' || origin === 'array'

function counted(count: number | bigint, origin: string): string {
  const word = origin === 'string' ? 'character' : 'entry'
  return count === 1 ? `1 ${word}` : `${count} ${word === 'entry' ? 'entries' : 'characters'}`
}

function withArticle(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a group of settings',
    record: 'a group of settings',
    string: 'text (numbers, yes, no and dates need quotes to be that)',
    boolean: 'true or false',
    int: 'a whole number',
  }
  return words[type] ?? `a ${type}`
}
