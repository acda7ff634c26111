/** What must hold of a request that the server behind received. */
export interface Passed {
  readonly method?: string
  readonly target?: string
  readonly body?: string
  /** Each stands there once, with this value; null: it does not stand there. Names in lower case. */
  readonly headers?: Readonly<Record<string, string | null>>
}

/** One thing that a hostile client may say, and what is right. Text is latin1: a character a byte. */
export interface RequestCase {
  readonly name: string
  readonly bytes: string
  /** What the servers receive, whole, in this order; without it, nothing. */
  readonly passed?: readonly Passed[]
  /** A server may have received the beginning of a request; it is given up there, and never whole. */
  readonly begun?: true
  /** How the proxy itself answers what follows: one of these statuses, then the end of the connection. */
  readonly refused?: readonly number[]
}

/** What no server must ever receive but where a case says so. */
export const SMUGGLED = 'GET /user/ada/smuggled HTTP/1.1\r\nHost: hub.example\r\n\r\n'

export const lines = (...all: readonly string[]) => all.map((line) => `${line}\r\n`).join('')

/** `POST /user/ada/x` with more headers, and bytes behind its head. */
export const post = (headers: readonly string[], rest = '') =>
  `${lines('POST /user/ada/x HTTP/1.1', 'Host: hub.example', ...headers)}\r\n${rest}`

/** `GET /user/ada/x` likewise. */
export const get = (headers: readonly string[], rest = '') =>
  `${lines('GET /user/ada/x HTTP/1.1', 'Host: hub.example', ...headers)}\r\n${rest}`

/** A GET of anything. */
export const getOf = (target: string) =>
  `${lines(`GET ${target} HTTP/1.1`, 'Host: hub.example')}\r\n`

export const refused = (
  name: string,
  bytes: string,
  ...statuses: readonly number[]
): RequestCase => ({
  name,
  bytes,
  refused: statuses.length > 0 ? statuses : [400],
})

export const passed = (
  name: string,
  bytes: string,
  ...requests: readonly Passed[]
): RequestCase => ({
  name,
  bytes,
  passed: requests,
})

/** Refused once its body turns out to be broken, when the server may have got the beginning. */
export const broken = (name: string, bytes: string): RequestCase => ({
  name,
  bytes,
  begun: true,
  refused: [400, 413, 431],
})
