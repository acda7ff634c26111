import type { RequestHead } from '../message.ts'
import type { RoutePolicy } from '../policy.ts'
import { cookiesFor } from './cookies-sent.ts'
import { cookieToSet } from './cookies-set.ts'
import { DROPPED, judgedName } from './dropped-headers.ts'
import { OwnPath } from './own-path.ts'
import { isAboveRoute, mayWiden } from './worker-scope.ts'

/** What a route's owner says of it. */
export interface PolicyData {
  /** The name of the cookie by which the server behind knows its visitors; all others of the hub's house are kept from it. */
  readonly cookie: string
  /** Whether the route's host serves nothing of anybody else. */
  readonly own_host?: boolean | undefined
  /** Whether a cookie that the server sets for more than the route is narrowed to it, and not dropped. */
  readonly narrow_cookies?: boolean | undefined
  /** For how many seconds browsers are to come by https alone; undefined: nothing is said of it. */
  readonly hsts?: number | undefined
}

/** `path`: the decoded segments of the path that the route serves, without a host. */
export function compilePolicy(data: PolicyData, path: readonly string[]): RoutePolicy {
  return new CompiledPolicy(data, new OwnPath(path))
}

class CompiledPolicy implements RoutePolicy {
  readonly #path: OwnPath
  readonly #ownHost: boolean
  readonly #narrows: boolean
  readonly #cookie: string
  readonly #hsts: string | undefined
  /** A browser sends the same text again and again, and there is seldom more than one to a server. */
  #lastSent = ''
  #lastPassed = ''
  /** Of the headers that have just been looked at. */
  #saidNosniff = false

  constructor(data: PolicyData, path: OwnPath) {
    const { cookie, own_host = false, narrow_cookies = false, hsts } = data
    this.#path = path
    this.#ownHost = own_host
    this.#narrows = narrow_cookies
    this.#cookie = cookie
    this.#hsts = hsts === undefined ? undefined : `max-age=${hsts}`
  }

  filterRequest(headers: string[]): string[] {
    const at = indexOfCookie(headers, 0)
    if (at === -1) return headers
    const alone = indexOfCookie(headers, at + 2) === -1
    const sent = alone ? (headers[at + 1] ?? '') : allCookies(headers)
    const passed = this.#passed(sent)
    if (alone && passed === sent) return headers
    const others = headers.filter((_, i) => !isCookie(headers[i - (i % 2)] ?? ''))
    if (passed !== '') others.push('Cookie', passed)
    return others
  }

  #passed(sent: string): string {
    if (sent !== this.#lastSent) {
      this.#lastPassed = cookiesFor(this.#cookie, sent)
      this.#lastSent = sent
    }
    return this.#lastPassed
  }

  filterResponse(headers: string[], request: RequestHead): string[] {
    this.#saidNosniff = false
    const kept = this.#kept(headers, request)
    if (!this.#saidNosniff) kept.push('X-Content-Type-Options', 'nosniff')
    if (this.#hsts !== undefined) kept.push('Strict-Transport-Security', this.#hsts)
    if (isAboveRoute(request.target, this.#path) && count(kept, 'service-worker-allowed') === 0)
      kept.push('Service-Worker-Allowed', this.#path.text)
    return kept
  }

  filterTrailers(trailers: string[], request: RequestHead): string[] {
    return this.#kept(trailers, request)
  }

  /** The same array where nothing is left out or changed. */
  #kept(headers: string[], request: RequestHead): string[] {
    let kept: string[] | undefined
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] ?? ''
      const value = headers[i + 1] ?? ''
      const judged = judgedName(name)
      const passed = judged === undefined ? value : this.#toPass(judged, value, headers, request)
      if (passed !== value) kept ??= headers.slice(0, i)
      if (passed !== undefined) kept?.push(name, passed)
    }
    return kept ?? headers
  }

  /** The value as it may pass; undefined where it may not. */
  #toPass(
    lower: string,
    value: string,
    all: readonly string[],
    { target }: RequestHead,
  ): string | undefined {
    if (DROPPED.has(lower)) return undefined
    switch (lower) {
      case 'set-cookie':
        return cookieToSet(value, {
          path: this.#path,
          ownHost: this.#ownHost,
          narrows: this.#narrows,
          cookie: this.#cookie,
          target,
        })
      case 'service-worker-allowed':
        // Several are read as one, with commas between.
        return count(all, lower) === 1 && mayWiden(value, target, this.#path) ? value : undefined
      default:
        this.#saidNosniff = value.trim().toLowerCase() === 'nosniff'
        return this.#saidNosniff ? value : undefined
    }
  }
}

const isCookie = (name: string) => name.length === 6 && name.toLowerCase() === 'cookie'

function indexOfCookie(headers: readonly string[], from: number): number {
  for (let i = from; i < headers.length; i += 2) if (isCookie(headers[i] ?? '')) return i
  return -1
}

/** Several are one (RFC 9113 section 8.2.3). Programs that join them by commas would read other names. */
function allCookies(headers: readonly string[]): string {
  return headers.filter((_, i) => i % 2 === 1 && isCookie(headers[i - 1] ?? '')).join('; ')
}

function count(headers: readonly string[], lower: string): number {
  let found = 0
  for (let i = 0; i < headers.length; i += 2) if (judgedName(headers[i] ?? '') === lower) found++
  return found
}
