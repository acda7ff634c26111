/** Whoever is at the other end of a client's connection. */
export interface Peer {
  /** IP address, an IPv4 one never in its mapped form; of the client itself, where a listed downstream proxy names it (PROXY protocol). */
  readonly address: string
  /** Whether the client came by TLS. */
  readonly secure: boolean
  /** A listed downstream proxy, whose forwarding headers are believed. */
  readonly trusted: boolean
  /** The port that the client came in by; 0 where there is none (a unix socket). */
  readonly localPort: number
}

export type HttpVersion = '1.0' | '1.1' | '2'

/** What a request begins with, as it was received. Names and values of headers come in turn: `['Host', 'x', 'Accept', 'y']`. */
export interface RequestHead {
  readonly method: string
  /** In origin-form (`/path?query`), exactly as it is sent on. */
  readonly target: string
  readonly headers: readonly string[]
  readonly peer: Peer
  readonly version: HttpVersion
}

/** What an answer begins with. Names and values of headers come in turn. */
export interface ResponseHead {
  readonly status: number
  /** The words beside the status; may be empty. */
  readonly reason: string
  readonly headers: readonly string[]
}

/** An answer that is whole. Its length is added by whoever sends it; for HEAD, the body stays away. */
export interface Answer extends ResponseHead {
  readonly body: Buffer
}

/** The value of the first header of the name, which is given in lower case. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const each = headers[i]
    if (each?.length === name.length && each.toLowerCase() === name) return headers[i + 1]
  }
  return undefined
}
