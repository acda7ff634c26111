import { constants, type ServerHttp2Stream } from 'node:http2'
import { type Duplex, PassThrough } from 'node:stream'

import type { BodyKind, Exchange, ExchangeListener } from './exchange.ts'
import { acceptOf, websocketHeaders } from './http2-websocket.ts'
import { readHttp2Trailers } from './http2-head.ts'
import { type Answer, headerOf, type ResponseHead } from './message.ts'
import type { ReadHead } from './read-head.ts'

const { NGHTTP2_NO_ERROR, NGHTTP2_PROTOCOL_ERROR } = constants

/** What of a stream of HTTP/2 is known from its beginning. */
export interface Begun {
  readonly stream: ServerHttp2Stream
  readonly head: ReadHead
  /** The announced length of the body; undefined: none announced. */
  readonly length: number | undefined
  readonly hasBody: boolean
  /** The key that the server behind has to answer to, where a websocket is asked for. */
  readonly websocketKey: string | undefined
}

/** One stream of HTTP/2. Flow control is the stream's own: what is not read gets no window, and what has no window is not written. */
export class Http2Exchange implements Exchange {
  readonly head: ReadHead
  readonly hasBody: boolean
  readonly expectsContinue: boolean
  /** When bytes last moved, by the clock of whoever sweeps. */
  movedAt: number
  /** Whether the client broke it off, or had to be broken off for what it did or did not do. */
  wasBroken = false
  readonly #stream: ServerHttp2Stream
  readonly #length: number | undefined
  readonly #websocketKey: string | undefined
  readonly #clock: { readonly now: number }
  #listener: ExchangeListener | undefined
  #received = 0
  /** With it the announced length is reached: held back until the body has ended there, for with it the server has a whole request. */
  #last: Buffer | undefined
  #bodyIsWhole: boolean
  #trailersIn: readonly string[] = []
  #trailersOut: readonly string[] = []
  #waitsForRoom = false
  /** The answer is whole, or never will be: nothing more is told to the listener. */
  #over = false
  #switched = false

  constructor(
    { stream, head, length, hasBody, websocketKey }: Begun,
    clock: { readonly now: number },
  ) {
    this.head = head
    this.hasBody = hasBody
    this.expectsContinue =
      hasBody && headerOf(head.headers, 'expect')?.toLowerCase() === '100-continue'
    this.#stream = stream
    this.#length = length
    this.#websocketKey = websocketKey
    this.#bodyIsWhole = !hasBody
    this.#clock = clock
    this.movedAt = clock.now
    // A reset by either side: before it, 'end' could not be told from the end of a body.
    stream.on('aborted', () => this.#brokenOff())
    stream.on('close', () => this.#brokenOff())
    stream.on('error', () => this.#brokenOff())
    stream.on('drain', () => this.#drained())
  }

  get wantsWebsocket(): boolean {
    return this.#websocketKey !== undefined
  }

  /** What the exchange waits for the client to do: send its body, or take what waits for it. */
  get waitsFor(): 'body' | 'room' | undefined {
    if (this.#stream.destroyed || this.#switched) return undefined
    if (this.#over) return this.#stream.writableFinished ? undefined : 'room'
    if (this.#waitsForRoom) return 'room'
    return this.#bodyIsWhole || this.#stream.isPaused() ? undefined : 'body'
  }

  receive(listener: ExchangeListener): void {
    this.#listener = listener
    if (!this.hasBody) return
    const stream = this.#stream
    stream.on('data', (piece: Buffer) => this.#receivedPiece(piece))
    stream.on('trailers', (_headers, _flags, raw: readonly string[]) => this.#receivedTrailers(raw))
    stream.on('end', () => this.#receivedAll())
    // The head goes ahead: a client that waits for "100 Continue" sends nothing before the server has it.
    listener.flush()
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.movedAt = this.#clock.now
    this.#stream.resume()
  }

  inform({ status, headers }: ResponseHead): void {
    if (this.#cannotAnswer()) return
    const fields: Record<string, string | number | string[]> = { ':status': status }
    for (let i = 0; i < headers.length; i += 2) {
      const [name = '', value = ''] = [headers[i]?.toLowerCase(), headers[i + 1]]
      const before = fields[name]
      fields[name] = before === undefined ? value : [before, value].flat().map(String)
    }
    this.#orAbort(() => this.#stream.additionalHeaders(fields))
  }

  begin({ status, headers }: ResponseHead, body: BodyKind): void {
    if (this.#cannotAnswer()) return
    const takesTrailers =
      body === 'unknown' &&
      (headerOf(this.head.headers, 'te') !== undefined ||
        headerOf(headers, 'trailer') !== undefined)
    if (takesTrailers) this.#stream.once('wantTrailers', () => this.#sendTrailers())
    this.#respond([':status', String(status), ...headers], body === 'none', takesTrailers)
  }

  write(piece: Buffer): boolean {
    if (this.#over || this.#stream.writableEnded || this.#stream.destroyed) return true
    this.movedAt = this.#clock.now
    const room = this.#stream.write(piece)
    this.#waitsForRoom = !room
    return room
  }

  /** Nothing is held back here: the session gathers what is written in one turn. */
  flush(): void {}

  end(trailers: readonly string[]): void {
    if (this.#over) return
    this.#over = true
    this.movedAt = this.#clock.now
    this.#trailersOut = trailers
    if (this.#stream.destroyed) return
    this.#stream.end()
    this.#letGoOfBody()
  }

  answer({ status, reason, headers, body }: Answer): void {
    const isEmpty = this.head.method === 'HEAD' || status === 204 || status === 304
    const length = ['content-length', String(body.length)]
    this.begin({ status, reason, headers: [...headers, ...length] }, isEmpty ? 'none' : 'length')
    if (!isEmpty) this.write(body)
    this.end([])
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#cutOff('the server behind has broken off')
  }

  switchProtocols({ headers }: ResponseHead): Duplex {
    const stream = this.#stream
    this.#over = true
    this.#switched = true
    this.#bodyIsWhole = true
    if (stream.destroyed || stream.closed) return stream
    // By HTTP/1.1 the client itself looks whether the server has understood (RFC 6455 section 4.1); by HTTP/2 it cannot.
    const understood = headerOf(headers, 'sec-websocket-accept') === acceptOf(this.#websocketKey)
    if (understood) this.#respond([':status', '200', ...websocketHeaders(headers)], false)
    else {
      this.#bodyIsWhole = false
      this.#respond([':status', '502'], true)
      this.#letGoOfBody()
    }
    return understood ? stream : new PassThrough().destroy()
  }

  /** Gives the client up that does not do what it is waited for. */
  giveUp(): void {
    this.wasBroken = true
    this.#gone()
    this.#cutOff('the client does not go on')
  }

  #receivedPiece(piece: Buffer): void {
    if (this.#over) return
    this.movedAt = this.#clock.now
    this.#received += piece.length
    if (this.#length !== undefined && this.#received > this.#length) return this.#refuse()
    if (this.#received === this.#length) {
      this.#last = piece
      return
    }
    this.#listener?.received(piece)
    this.#listener?.flush()
  }

  #receivedTrailers(raw: readonly string[]): void {
    const trailers = readHttp2Trailers(raw)
    if ('why' in trailers) this.#refuse()
    else this.#trailersIn = trailers
  }

  #receivedAll(): void {
    // A reset says "end" as well; the server behind must not take what came so far for a whole request.
    if (this.#over || this.#bodyIsWhole || this.#stream.closed) return
    if (this.#length !== undefined && this.#received !== this.#length) return this.#refuse()
    this.#bodyIsWhole = true
    if (this.#last) this.#listener?.received(this.#last)
    this.#listener?.receivedAll(this.#trailersIn)
    this.#listener?.flush()
  }

  #refuse(): void {
    this.wasBroken = true
    this.#gone()
    if (this.#stream.headersSent) this.#cutOff('the request is malformed')
    else this.#stream.close(NGHTTP2_PROTOCOL_ERROR)
  }

  /** Not by `close`: that says the end of the body first, and what was said of it so far would look whole. */
  #cutOff(why: string): void {
    this.#stream.destroy(new Error(why))
  }

  #drained(): void {
    this.#waitsForRoom = false
    this.movedAt = this.#clock.now
    if (!this.#over) this.#listener?.drained()
  }

  #brokenOff(): void {
    this.wasBroken ||= !this.#over
    this.#gone()
  }

  #gone(): void {
    if (this.#over) return
    this.#over = true
    this.#listener?.closed()
  }

  #cannotAnswer(): boolean {
    return this.#over || this.#stream.destroyed || this.#stream.closed || this.#stream.headersSent
  }

  #respond(fields: readonly string[], endStream: boolean, waitForTrailers = false): void {
    // The server behind says when it was; a second date would be ours.
    const options = { endStream, waitForTrailers, sendDate: false }
    this.#orAbort(() => this.#stream.respond([...fields], options))
  }

  /** What HTTP/1 lets a server say and HTTP/2 does not (a status of 700) ends the exchange, and nothing else. */
  #orAbort(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#gone()
      this.#cutOff(String(error))
    }
  }

  #sendTrailers(): void {
    const fields: Record<string, string> = {}
    for (let i = 0; i < this.#trailersOut.length; i += 2)
      fields[this.#trailersOut[i]?.toLowerCase() ?? ''] = this.#trailersOut[i + 1] ?? ''
    this.#orAbort(() => this.#stream.sendTrailers(fields))
  }

  /** RFC 9113 section 8.1: whoever has answered in full may say that the rest of the request is not wanted. */
  #letGoOfBody(): void {
    if (this.#bodyIsWhole) return
    const stream = this.#stream
    stream.resume()
    // A reset goes before what is still to be written: the answer has to be on its way first.
    const stop = () => setImmediate(() => setImmediate(() => stream.close(NGHTTP2_NO_ERROR)))
    if (stream.writableFinished) stop()
    else stream.once('finish', stop)
  }
}
