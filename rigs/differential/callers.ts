import type { SERVICES } from './hubs.ts'

/** Filters to group `lab` (ann is in it), and to the service helper: never good for anything beyond. */
const FILTERED = [
  'admin:users!group=lab',
  'admin:servers!group=lab',
  'admin:groups!group=lab',
  'tokens!group=lab',
  'admin:services!service=helper',
  'list:services!service=helper',
  'read:services!service=helper',
  'read:roles!group=lab',
]

/** Tokens of narrow scopes: their owner, and what they may. */
export const NARROW = {
  'ann-name': ['ann', ['read:users:name!user']],
  'ann-activity': ['ann', ['read:users:activity!user', 'users:activity!user']],
  'ada-lists': ['ada', ['list:users', 'list:groups', 'list:services']],
  'ada-reads': ['ada', ['read:users', 'read:groups', 'read:services', 'read:servers']],
  'ada-lab': ['ada', FILTERED],
  'ada-ben': ['ada', ['admin:users!user=ben', 'list:users!user=ben', 'servers!user=ben']],
} as const satisfies Record<string, readonly [string, readonly string[]]>

/** Every kind of caller that has no browser. */
export type CallerName =
  | 'nobody'
  | 'stranger'
  | 'ann'
  | 'ben'
  | 'ada'
  | 'server'
  | keyof typeof NARROW
  | keyof typeof SERVICES

/** From those who may nothing to those who may all: a sweep ends with whom it succeeds for. */
export const CALLERS: readonly CallerName[] = [
  'nobody',
  'stranger',
  'server',
  'ann-name',
  'ann-activity',
  'ada-ben',
  'ada-lab',
  'ada-lists',
  'ada-reads',
  'helper',
  'ben',
  'ann',
  'clerk',
  'ada',
]
