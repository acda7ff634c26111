import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

/**
 * Node's own native HTTP parser (llhttp), which node:http puts behind objects and streams that cost more than the parsing. It is the
 * only judge of where a message begins and ends, with none of its rules loosened. It is no documented interface: nothing but this
 * module touches it, and http-parser.test.ts pins what we rely on, so that a new Node that changes it is noticed by a test.
 */
interface Native {
  initialize(type: number, resource: object, maxHeaderBytes: number, leniency: number): void
  /** @returns how many bytes were read: fewer than there are when it was told to stop behind a head; or what was wrong */
  execute(data: Buffer): number | (Error & { readonly code?: string })
  /** The connection has ended. @returns what was wrong with that */
  finish(): (Error & { readonly code?: string }) | undefined
  /** From now on what a socket reads goes into the parser natively: no buffer and no event for each read. */
  consume(handle: Handle): void
  unconsume(): void
  /** Within the callback after a read: what was read. */
  getCurrentBuffer(): Buffer | undefined
  close(): void
  events: unknown
  /** Callbacks, by the numbers below. */
  [callback: number]: unknown
}

/** What a socket reads and writes by. node:http uses it in the same way. */
interface Handle {
  reading: boolean
  readStart(): number
  readStop(): number
}

interface NativeClass {
  new (): Native
  readonly REQUEST: number
  readonly RESPONSE: number
  readonly kOnMessageBegin: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
  readonly kOnExecute: number
  readonly kLenientNone: number
}

const { HTTPParser, methods } = createRequire(import.meta.url)('node:_http_common') as {
  readonly HTTPParser: NativeClass
  readonly methods: readonly string[]
}

/** What a callback for a head gives back: the body follows; there is none; there is none, and reading stops behind the head. */
export const BODY_FOLLOWS = 0
export const NO_BODY = 1
export const STOP = 2
export type AfterHead = typeof BODY_FOLLOWS | typeof NO_BODY | typeof STOP

/** What is read of the first line and of the headers. */
export interface Line {
  /** Of requests; empty for answers. */
  readonly method: string
  readonly target: string
  /** Of answers; 0 for requests. */
  readonly status: number
  readonly reason: string
  /** 10 × major + minor. */
  readonly version: number
  /** Whether the connection may be used again, by its version and its `Connection` header. */
  readonly keepAlive: boolean
  /** Whether both `Upgrade` and `Connection: upgrade` came; for an answer, with 101. */
  readonly upgrade: boolean
}

export interface ParserEvents {
  /** The first byte of a message has come. */
  onBegin(): void
  onHead(line: Line, headers: string[]): AfterHead
  onBody(piece: Buffer): void
  /** The message is whole. */
  onDone(trailers: readonly string[]): void
  /** Everything that came in one read has been told. @param parsed as `execute` says */
  onRead(parsed: number): void
}

const NONE: readonly string[] = []
const RESOURCE = {}

/** One connection's parser: of requests, or of answers. */
export class HttpParser {
  readonly #native: Native
  readonly #events: ParserEvents
  readonly #mostHeaders: number
  /** What came in parts: the parser tells of headers in lots of 32, and of trailers in the same way. */
  #headers: string[] | undefined
  #target = ''
  #isOpen = true
  /** How many bytes may come without anything to tell, and how many have: empty lines and a chunk's size have no end of their own. */
  readonly #mostUntold: number
  #untold = 0
  #hasTold = false
  #asksForUpgrade = false
  #handle: Handle | undefined
  /** What was wrong: llhttp's name for it (`HPE_…`), `TOO_MANY_HEADERS`, `BAD_VERSION` or `TOO_MUCH_OF_NOTHING`; empty while nothing is. */
  trouble = ''
  /** Whether a message has begun and is not whole yet. */
  isInside = false

  constructor(
    kind: 'requests' | 'answers',
    events: ParserEvents,
    { headerBytes, headerCount }: { readonly headerBytes: number; readonly headerCount: number },
  ) {
    this.#events = events
    this.#mostHeaders = 2 * headerCount
    this.#mostUntold = 2 * headerBytes
    const native = new HTTPParser()
    const type = kind === 'requests' ? HTTPParser.REQUEST : HTTPParser.RESPONSE
    native.initialize(type, RESOURCE, headerBytes, HTTPParser.kLenientNone)
    native.events = this
    native[HTTPParser.kOnMessageBegin] = onMessageBegin
    native[HTTPParser.kOnHeaders] = onHeaders
    native[HTTPParser.kOnHeadersComplete] = onHeadersComplete
    native[HTTPParser.kOnBody] = onBody
    native[HTTPParser.kOnMessageComplete] = onMessageComplete
    native[HTTPParser.kOnExecute] = onExecute
    this.#native = native
  }

  /** Reads from the socket, beginning with what lies in it already. Its errors and its end remain events of the socket. */
  attach(socket: Socket): void {
    const { _handle: handle } = socket as unknown as { readonly _handle: Handle | null }
    const early = socket.read() as Buffer | null
    if (handle === null || !this.#isOpen) return
    this.#handle = handle
    this.#native.consume(handle)
    if (early !== null) this.#events.onRead(this.execute(early))
    this.resume()
  }

  /** Back-pressure: nothing more is read for now. */
  pause(): void {
    const handle = this.#handle
    if (handle?.reading !== true) return
    handle.reading = false
    handle.readStop()
  }

  resume(): void {
    const handle = this.#handle
    if (handle?.reading !== false) return
    handle.reading = true
    handle.readStart()
  }

  /** What the socket reads comes as its 'data' again. It reads on: its stream believes that it has asked for more already. */
  detach(): void {
    if (this.#handle === undefined) return
    this.#native.unconsume()
    this.resume()
    this.#handle = undefined
  }

  /** Within `onRead`, where reading was told to stop: what came behind. */
  restOf(parsed: number): Buffer | undefined {
    const all = this.#native.getCurrentBuffer()
    return all && all.length > parsed ? all.subarray(parsed) : undefined
  }

  /** @returns how many bytes were parsed; -1 when they are not HTTP, and `trouble` says why */
  execute(data: Buffer): number {
    const parsed = this.#parsed(this.#native.execute(data))
    return this.#isSilent(data.length - parsed, parsed) ? this.#wrong() : parsed
  }

  #parsed(parsed: number | (Error & { readonly code?: string })): number {
    if (typeof parsed !== 'number') {
      if (this.trouble === '') this.trouble = parsed?.code ?? 'HPE_UNKNOWN'
      return -1
    }
    this.#untold = this.#hasTold ? 0 : this.#untold + parsed
    this.#hasTold = false
    if (this.#untold > this.#mostUntold && this.trouble === '') this.trouble = 'TOO_MUCH_OF_NOTHING'
    return this.trouble === '' ? parsed : -1
  }

  /** The other side has ended its connection. @returns whether that was a place to end */
  finish(): boolean {
    return this.#native.finish() === undefined && this.trouble === ''
  }

  /** Not from within a callback. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#handle !== undefined) this.#native.unconsume()
    this.#handle = undefined
    this.#native.close()
  }

  /** For the callbacks below, which are functions of their own so that a parser makes none. */
  begun(): void {
    this.isInside = true
    this.#headers = undefined
    this.#target = ''
    this.#events.onBegin()
  }

  more(headers: readonly string[], target: string): void {
    this.#headers ??= []
    this.#target += target
    if (this.#headers.length + headers.length > this.#mostHeaders) this.trouble = 'TOO_MANY_HEADERS'
    else this.#headers.push(...headers)
  }

  /**
   * Behind a head that asks for an upgrade, Node's parser stops at what it cannot read without a word of it. In order it stops only
   * behind the whole message.
   */
  #isSilent(unread: number, parsed: number): boolean {
    return parsed >= 0 && unread > 0 && (this.isInside || parsed === 0)
  }

  #wrong(): number {
    this.trouble = 'HPE_UNKNOWN'
    return -1
  }

  head(line: Line, headers: string[] | undefined): AfterHead {
    const all = headers ?? this.#headers ?? []
    this.#headers = undefined
    this.#hasTold = true
    if (all.length > this.#mostHeaders) this.trouble = 'TOO_MANY_HEADERS'
    if (line.version !== 11 && line.version !== 10) this.trouble = 'BAD_VERSION'
    if (line.method === '' && line.status === 0) this.trouble = 'HPE_INVALID_METHOD'
    const after = this.trouble === '' ? this.#events.onHead(line, all) : STOP
    this.#asksForUpgrade = line.upgrade || after === STOP
    return after
  }

  get target(): string {
    return this.#target
  }

  body(piece: Buffer): void {
    this.#hasTold = true
    if (this.trouble === '') this.#events.onBody(piece)
  }

  done(): void {
    this.isInside = false
    this.#hasTold = true
    const trailers = this.#headers ?? NONE
    this.#headers = undefined
    if (this.trouble === '') this.#events.onDone(trailers)
  }

  read(parsed: number | Error): void {
    const known = this.#parsed(parsed)
    const unread = this.#asksForUpgrade ? (this.restOf(known)?.length ?? 0) : 0
    this.#events.onRead(this.#isSilent(unread, known) ? this.#wrong() : known)
  }
}

interface Owned {
  readonly events: HttpParser
}

/** llhttp numbers the methods of RTSP from 34 on, and then this one. Node's list has those of HTTP alone, one behind the other. */
const QUERY = 46
const FIRST_OF_RTSP = 34

/** Empty for what is no method of HTTP. */
function nameOf(method: number): string {
  if (method === QUERY) return 'QUERY'
  return method < FIRST_OF_RTSP ? (methods[method] ?? '') : ''
}

function onMessageBegin(this: Owned): void {
  this.events.begun()
}

function onHeaders(this: Owned, headers: readonly string[], target: string): void {
  this.events.more(headers, target)
}

// oxlint-disable-next-line max-params -- the parser calls it so
function onHeadersComplete(
  this: Owned,
  major: number,
  minor: number,
  headers: string[] | undefined,
  method: number | undefined,
  target: string | undefined,
  status: number | undefined,
  reason: string | undefined,
  upgrade: boolean,
  keepAlive: boolean,
): AfterHead {
  const { events } = this
  const line = {
    method: method === undefined ? '' : nameOf(method),
    target: target ?? events.target,
    status: status ?? 0,
    reason: reason ?? '',
    version: 10 * major + minor,
    keepAlive,
    upgrade,
  }
  return events.head(line, headers)
}

function onBody(this: Owned, piece: Buffer): void {
  this.events.body(piece)
}

function onMessageComplete(this: Owned): void {
  this.events.done()
}

function onExecute(this: Owned, parsed: number | Error): void {
  this.events.read(parsed)
}
