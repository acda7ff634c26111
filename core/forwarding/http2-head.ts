import { METHODS } from 'node:http'

/** A request that came by HTTP/2, in the one reading that it has, as HTTP/1.1 says it. */
export interface Http2Head {
  readonly method: string
  readonly target: string
  /** Name and value in turn: `host` first, cookies in one line, nothing that is for one connection. */
  readonly headers: readonly string[]
  /** Announced length of the body; undefined: none announced. */
  readonly length: number | undefined
  /** What the client asks for over an extended CONNECT (RFC 8441); the method is a GET then, as HTTP/1.1 has it. */
  readonly protocol: 'websocket' | undefined
}

export interface Malformed {
  readonly why: string
}

/**
 * Reads the fields of a request, as they came: name and value in turn, pseudo-headers included (RFC 9113 sections 8.2 and 8.3). What
 * HTTP/1.1 would say in another way, or not at all, is malformed: once it is written out as lines, a server behind must find exactly
 * this request in them.
 */
export function readHttp2Head(raw: readonly string[]): Http2Head | Malformed {
  const fields = sorted(raw)
  if ('why' in fields) return fields
  const request = readPseudo(fields.pseudo)
  if ('why' in request) return request
  const { method, authority, target, protocol } = request
  const host = hostOf(authority, fields.hosts)
  if (host === undefined) return { why: 'there is not exactly one host' }
  const length = lengthOf(fields.lengths)
  if (length === 'malformed') return { why: 'the length of the body is not said once, as a number' }
  if (protocol !== undefined && length !== undefined)
    return { why: 'a websocket has no body of a known length' }
  const headers = ['host', host, ...fields.regular]
  if (fields.cookies.length > 0) headers.push('cookie', fields.cookies.join('; '))
  if (length !== undefined) headers.push('content-length', String(length))
  return { method, target, headers, length, protocol }
}

/**
 * Reads the fields after a body: no pseudo-headers, and nothing that only a head may say.
 */
export function readHttp2Trailers(raw: readonly string[]): readonly string[] | Malformed {
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    const why = whyMalformed(name, value)
    if (why !== undefined) return { why }
    if (name === 'host' || name === 'content-length')
      return { why: `${name} does not belong behind a body` }
    kept.push(name, value)
  }
  return kept
}

/** RFC 9110 section 5.6.2, without upper case (RFC 9113 section 8.2.1). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
/** RFC 9110 section 5.5: no control characters but a tab within, and nothing blank at either end. */
const VALUE = /^(?:[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?)?$/

/** RFC 9113 section 8.2.2, and what began HTTP/2 where there was HTTP/1. */
const FOR_ONE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

function whyMalformed(name: string, value: string): string | undefined {
  if (!NAME.test(name)) return 'a name with characters that names do not have'
  if (!VALUE.test(value)) return 'a value with characters that values do not have'
  if (FOR_ONE_CONNECTION.has(name)) return `${name} is of HTTP/1`
  if (name === 'te' && value !== 'trailers') return 'te takes trailers alone'
  return undefined
}

interface Fields {
  readonly pseudo: ReadonlyMap<string, string>
  readonly hosts: readonly string[]
  readonly lengths: readonly string[]
  readonly cookies: readonly string[]
  readonly regular: readonly string[]
}

const PSEUDO = new Set([':method', ':scheme', ':authority', ':path', ':protocol'])

function sorted(raw: readonly string[]): Fields | Malformed {
  const pseudo = new Map<string, string>()
  const regular: string[] = []
  const apart = { host: [] as string[], 'content-length': [] as string[], cookie: [] as string[] }
  let first = true
  for (let i = 0; i < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    if (name.startsWith(':')) {
      if (!first || !PSEUDO.has(name) || pseudo.has(name))
        return { why: 'pseudo-headers come first, once each, and are known' }
      pseudo.set(name, value)
      continue
    }
    first = false
    const why = whyMalformed(name, value)
    if (why !== undefined) return { why }
    if (name === 'host' || name === 'content-length' || name === 'cookie') apart[name].push(value)
    else regular.push(name, value)
  }
  return {
    pseudo,
    regular,
    hosts: apart.host,
    lengths: apart['content-length'],
    cookies: apart.cookie,
  }
}

interface Pseudo {
  readonly method: string
  readonly authority: string | undefined
  readonly target: string
  readonly protocol: 'websocket' | undefined
}

/** It is written into the request line: what ends a line, a word or a path there must not be in it. */
const TARGET = /^(?:\/[!"$-~]*|\*)$/
const KNOWN_METHODS = new Set(METHODS)

function readPseudo(pseudo: ReadonlyMap<string, string>): Pseudo | Malformed {
  const method = pseudo.get(':method') ?? ''
  const target = pseudo.get(':path') ?? ''
  const authority = pseudo.get(':authority')
  const protocol = pseudo.get(':protocol')
  if (!KNOWN_METHODS.has(method)) return { why: 'there is no such method' }
  if (pseudo.get(':scheme') !== 'https') return { why: 'the scheme is not https' }
  if (!TARGET.test(target)) return { why: 'the path has characters that paths do not have' }
  if (target === '*' && method !== 'OPTIONS') return { why: '* is for OPTIONS alone' }
  if ((method === 'CONNECT') !== (protocol !== undefined))
    return { why: 'CONNECT is for protocols, and they are for CONNECT' }
  if (protocol === undefined) return { method, authority, target, protocol }
  if (protocol !== 'websocket' || authority === undefined)
    return { why: 'no protocol but websocket is known' }
  return { method: 'GET', authority, target, protocol }
}

/** RFC 9113 section 8.3.1: who says it twice has to say the same. */
function hostOf(authority: string | undefined, hosts: readonly string[]): string | undefined {
  const [host] = hosts
  if (hosts.length > 1) return undefined
  const said = authority ?? host
  if (said === undefined || !/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(said))
    return undefined
  return host === undefined || host.toLowerCase() === said.toLowerCase() ? said : undefined
}

function lengthOf(lengths: readonly string[]): number | undefined | 'malformed' {
  const [length] = lengths
  if (length === undefined) return undefined
  const isNumber = lengths.length === 1 && /^\d{1,15}$/.test(length)
  return isNumber ? Number(length) : 'malformed'
}
