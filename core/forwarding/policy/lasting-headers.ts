/**
 * What a browser keeps for the whole origin, and beyond the answer that says it: one server's word would count for the hub and
 * for every other server. docs/reference/proxy-policy.md says of each what it does, and of others why they stay.
 */
const LASTING = new Set([
  'accept-ch',
  'accept-ch-lifetime',
  'alt-svc',
  'alternate-protocol',
  'clear-site-data',
  'critical-ch',
  'expect-ct',
  'nel',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'set-login',
  'strict-transport-security',
  'use-as-dictionary',
])

/** Looked at one by one. */
const JUDGED = ['service-worker-allowed', 'set-cookie', 'x-content-type-options'] as const

/** By length, the first letters of the names above, a bit each: almost every other header is told apart by this alone. */
const FIRST_LETTERS = new Uint32Array(32)
for (const name of [...LASTING, ...JUDGED]) {
  const before = FIRST_LETTERS[name.length] ?? 0
  FIRST_LETTERS[name.length] = before | bitOf(name)
}

/** Which of the names above it is, in lower case; undefined for every other header. */
export function judgedName(name: string): string | undefined {
  if (((FIRST_LETTERS[name.length] ?? 0) & bitOf(name)) === 0) return undefined
  const lower = name.toLowerCase()
  return LASTING.has(lower) || JUDGED.some((each) => each === lower) ? lower : undefined
}

export const isLasting = (lower: string) => LASTING.has(lower)

/** Letters of both cases have the same low five bits. */
function bitOf(name: string): number {
  return 1 << (name.charCodeAt(0) & 31)
}
