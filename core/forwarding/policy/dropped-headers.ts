/**
 * What a browser keeps for the whole origin, and beyond the answer that says it: one server's word would count for the hub and
 * for every other server. docs/reference/proxy-policy.md says of each what it does, and of others why they stay.
 */
const LASTING = [
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
  'sec-session-challenge',
  'sec-session-registration',
  'secure-session-challenge',
  'secure-session-registration',
  'set-cookie2',
  'set-login',
  'shared-storage-write',
  'strict-transport-security',
  'use-as-dictionary',
] as const

/** Orders to a web server between this proxy and the browsers: to send a file or another address of its own, or what to keep. */
const TO_A_SERVER_IN_FRONT = [
  'x-accel-expires',
  'x-accel-redirect',
  'x-lighttpd-send-file',
  'x-lighttpd-send-tempfile',
  'x-reproxy-file',
  'x-reproxy-url',
  'x-sendfile',
  'x-sendfile2',
] as const

export const DROPPED: ReadonlySet<string> = new Set([...LASTING, ...TO_A_SERVER_IN_FRONT])

/** Looked at one by one. */
const JUDGED = ['service-worker-allowed', 'set-cookie', 'x-content-type-options'] as const

/** By length, the first letters of the names above, a bit each: almost every other header is told apart by this alone. */
const FIRST_LETTERS = new Uint32Array(32)
for (const name of [...DROPPED, ...JUDGED]) {
  const before = FIRST_LETTERS[name.length] ?? 0
  FIRST_LETTERS[name.length] = before | bitOf(name)
}

/** Which of the names above it is, in lower case; undefined for every other header. */
export function judgedName(name: string): string | undefined {
  if (((FIRST_LETTERS[name.length] ?? 0) & bitOf(name)) === 0) return undefined
  const lower = name.toLowerCase()
  return DROPPED.has(lower) || JUDGED.some((each) => each === lower) ? lower : undefined
}

/** Letters of both cases have the same low five bits. */
function bitOf(name: string): number {
  return 1 << (name.charCodeAt(0) & 31)
}
