import {
  CONNECTION,
  CONTENT_LENGTH,
  COOKIE,
  EXPECT,
  FORWARDING,
  HOP,
  HOST,
  kindOf,
  PLAIN,
  SIGN_IN,
  TRANSFER_ENCODING,
  UPGRADE,
  withoutNamed,
} from './header-kinds.ts'
import type { HttpVersion, Peer, RequestHead, ResponseHead } from './message.ts'

/** How a body is framed on an HTTP/1 connection. */
export type Framing = 'none' | 'length' | 'chunked'

/** What a proxy has to know of headers, read in one pass over them. */
class ReadHeaders {
  /** What goes on: hop-by-hop ones, a request's forwarding ones, and Transfer-Encoding are out. */
  readonly passed: string[]
  /** How many `Host` headers came, and what the last one says. */
  hosts = 0
  host = ''
  /** The `Upgrade` header, in lower case; empty without one. */
  upgrade = ''
  /** Content-Length; empty without one. */
  length = ''
  /** Transfer-Encoding, all of them; empty without one. */
  coding = ''
  /** What the server behind says of a try to sign in; empty where it says nothing. */
  signIn = ''
  #connection = ''
  #expectation = ''
  /** Where the value of the first `Cookie` is among what goes on. */
  #cookieAt = -1

  constructor(headers: readonly string[], dropped: number) {
    const passed: string[] = []
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] ?? ''
      const value = headers[i + 1] ?? ''
      const kind = kindOf(name)
      if (kind === PLAIN || (kind !== dropped && this.#note(kind, value, passed)))
        passed.push(name, value)
    }
    this.passed = withoutNamed(passed, this.#connection)
  }

  /** A length that not every program can count to: what each takes it for, nobody knows. */
  get hasHugeLength(): boolean {
    return this.length.length > 15 && Number(this.length) > Number.MAX_SAFE_INTEGER
  }

  get expectsContinue(): boolean {
    return this.#expectation.toLowerCase() === '100-continue'
  }

  /** @returns whether it goes on */
  #note(kind: number, value: string, passed: string[]): boolean {
    switch (kind) {
      case HOST:
        this.hosts++
        this.host = value
        return true
      case CONTENT_LENGTH:
        this.length = value
        return true
      case COOKIE:
        // One line, as RFC 9113 section 8.2.3 has it: servers join several by commas, and read others out of them.
        if (this.#cookieAt < 0) this.#cookieAt = passed.length + 1
        else passed[this.#cookieAt] += `; ${value}`
        return this.#cookieAt > passed.length
      case EXPECT:
        this.#expectation = value
        return true
      case FORWARDING:
        return true
      case CONNECTION:
        this.#connection = this.#connection === '' ? value : `${this.#connection},${value}`
        return false
      case UPGRADE:
        this.upgrade = value.toLowerCase()
        return false
      case TRANSFER_ENCODING:
        this.coding = this.coding === '' ? value : `${this.coding},${value}`
        return false
      case SIGN_IN:
        this.signIn = value
        return false
      default:
        return false
    }
  }
}

/** A request's head with what a proxy has to know of it. */
export class ReadHead extends ReadHeaders implements RequestHead {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly peer: Peer
  readonly version: HttpVersion

  constructor({ method, target, headers, peer, version }: RequestHead) {
    super(headers, FORWARDING)
    this.method = method
    this.target = target.startsWith('/') ? target : originForm(target, this.host)
    this.headers = headers
    this.peer = peer
    this.version = version
  }

  /** As HTTP/1 announces it; by HTTP/2 a body may come with neither. */
  get framing(): Framing {
    if (this.coding !== '') return 'chunked'
    return this.length === '' || this.length === '0' ? 'none' : 'length'
  }

  get hasOddFraming(): boolean {
    return this.hasOddCoding || this.hasHugeLength
  }

  /** A transfer coding that is not exactly `chunked` (RFC 9112 section 6.1), or is not of this version. */
  get hasOddCoding(): boolean {
    if (this.coding === '') return false
    return this.version === '1.0' || this.coding.toLowerCase() !== 'chunked'
  }
}

/**
 * The absolute form (RFC 9112 section 3.2.2) says the same as the origin form where its authority is the Host. Where it is not, the
 * target stays as it is, and no path rule takes it.
 */
function originForm(target: string, host: string): string {
  const [, authority = '', rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(target) ?? []
  if (authority === '' || authority.toLowerCase() !== host.toLowerCase()) return target
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** An answer's head with what a proxy has to know of it. Its headers are those that go on. */
export class ReadResponse extends ReadHeaders implements ResponseHead {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, headers: readonly string[]) {
    // RFC 9110 section 8.6: 204 has no length to speak of.
    super(headers, status === 204 ? CONTENT_LENGTH : HOP)
    this.status = status
    this.reason = reason
  }

  get headers(): string[] {
    return this.passed
  }
}
