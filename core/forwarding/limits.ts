/** What a client or a server can make the proxy hold, and for how long. Times are milliseconds, kept to about a second; 0: no limit. */
export interface Limits {
  /** Of a request's or answer's headers together. */
  readonly headerBytes: number
  readonly headerCount: number
  /** For a request's whole head, from its first byte: against heads that come byte by byte (slowloris). */
  readonly headMs: number
  /** A client's connection between two requests. */
  readonly idleMs: number
  /** Without a byte of a body that the client has announced (slow POST). */
  readonly bodyStallMs: number
  /** Without a byte that the client takes of what waits for it (slow read). */
  readonly writeStallMs: number
  /** To connect to a server behind. */
  readonly connectMs: number
  /** Without a sign of the server behind, while something is asked of it. */
  readonly silenceMs: number
  /** Connections to one target that are kept for the next request, and how long. */
  readonly idlePerTarget: number
  readonly targetIdleMs: number
}

export const DEFAULT_LIMITS: Limits = {
  headerBytes: 32 * 1024,
  headerCount: 100,
  headMs: 30_000,
  idleMs: 75_000,
  bodyStallMs: 60_000,
  writeStallMs: 120_000,
  connectMs: 30_000,
  silenceMs: 3_600_000,
  idlePerTarget: 1024,
  targetIdleMs: 4000,
}
