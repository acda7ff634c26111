import type { Socket } from 'node:net'

import type { FrontContext } from './front-context.ts'
import { HeldWriter } from './held-writer.ts'
import { type ExchangeConnection, Http1Exchange } from './http1-exchange.ts'
import {
  type AfterHead,
  BODY_FOLLOWS,
  HttpParser,
  type Line,
  type ParserEvents,
  STOP,
} from './http-parser.ts'
import { answerTo } from './malformed.ts'
import type { Peer } from './message.ts'
import { ReadHead } from './read-head.ts'
import { listen, type SocketListeners, unlisten } from './socket-listeners.ts'
import type { Timed } from './time-limits.ts'
import { WriteWatch } from './write-watch.ts'

/** So many requests may wait behind the one that is under way, of those that came with it in one read. */
const MOST_WAITING = 100
/** How long a client is listened to after its last answer: closed at once, what it still sends would cut the answer off. */
const LINGER_MS = 2000
/** A client that has ended its side, and is given nothing for so long, is taken to have left. */
const LEFT_MS = 2000

/** A client's HTTP/1 connection: requests one after the other, answered in their order. */
export class Http1Connection implements ExchangeConnection, ParserEvents, Timed {
  readonly out: HeldWriter
  readonly #socket: Socket
  readonly #peer: Peer
  readonly #front: FrontContext
  readonly #parser: HttpParser
  readonly #on: SocketListeners
  readonly #writes: WriteWatch
  /** The request that is answered now, the one that is being read, and those that wait for their turn. */
  #current: Http1Exchange | undefined
  #reading: Http1Exchange | undefined
  #waiting: Http1Exchange[] | undefined
  /** What came behind a request that is not answered yet. */
  #held: Buffer | undefined
  /** Within the parser: what is next is looked at behind it. */
  #isReading = false
  /** The client has ended its side. */
  #hasEnded = false
  /** What came behind the requests so far is none. */
  #trouble = ''
  #mayStop = false
  /** The last answer is on its way: what still comes is thrown away. */
  #isLingering = false
  #isDetached = false
  /** When what the client does at the moment takes too long. */
  #deadline: number
  #given = 0

  constructor(socket: Socket, peer: Peer, front: FrontContext) {
    this.#socket = socket
    this.#peer = peer
    this.#front = front
    this.#parser = new HttpParser('requests', this, front.limits)
    this.out = new HeldWriter(socket)
    this.#writes = new WriteWatch(socket, front.times, front.limits.writeStallMs)
    this.#deadline = front.times.in(front.limits.headMs)
    // A client that ends its side after its request still gets its answer.
    socket.allowHalfOpen = true
    this.#on = {
      drain: () => this.#current?.listener?.drained(),
      end: () => this.#ended(),
      error: () => undefined,
      close: () => this.#closed(),
    }
    listen(socket, this.#on)
    front.times.add(this)
    this.#parser.attach(socket)
  }

  get isEnding(): boolean {
    return this.#front.isDraining || (this.#hasEnded && this.#held === undefined && !this.#waiting)
  }

  get isIdle(): boolean {
    return this.#current === undefined && !this.#parser.isInside
  }

  pause(): void {
    // The client cannot go on now: that is not its fault.
    this.#deadline = Infinity
    this.#parser.pause()
  }

  resume(): void {
    this.progress()
    if (!this.#hasMore) this.#parser.resume()
  }

  progress(): void {
    const { times, limits } = this.#front
    this.#deadline = this.#current?.isAwaited === true ? times.in(limits.bodyStallMs) : Infinity
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /**
   * An answer broke off: the client gets what has come of it.
   * @param byReset when a client would take an end in order for the end of the answer
   */
  cut(byReset: boolean): void {
    this.out.flush()
    if (byReset && !('encrypted' in this.#socket)) this.#socket.resetAndDestroy()
    else this.#socket.destroy()
  }

  answered(exchange: Http1Exchange): void {
    if (exchange !== this.#current) return
    this.#current = undefined
    if (!exchange.keepsAlive || !exchange.isReceived) return this.#linger()
    const { headMs, idleMs } = this.#front.limits
    this.#deadline = this.#front.times.in(this.#parser.isInside ? headMs : idleMs)
    if (!this.#isReading) this.#goOn()
  }

  detach(): Socket {
    const socket = this.#socket
    this.#isDetached = true
    this.#current = undefined
    unlisten(socket, this.#on)
    this.#front.times.delete(this)
    this.#front.forget(this)
    setImmediate(() => this.#parser.close())
    return socket
  }

  onBegin(): void {
    if (!this.#isBusy && !this.#isLingering)
      this.#deadline = this.#front.times.in(this.#front.limits.headMs)
  }

  onHead({ method, target, version, keepAlive, upgrade }: Line, headers: string[]): AfterHead {
    if (this.#isOver) return STOP
    this.#isReading = true
    const head = new ReadHead({
      method,
      target,
      headers,
      peer: this.#peer,
      version: version === 10 ? '1.0' : '1.1',
    })
    const exchange = new Http1Exchange(this, head, { keepAlive, upgrade })
    this.#reading = exchange
    if (!exchange.hasBody) exchange.isReceived = true
    this.#mayStop = upgrade || method === 'CONNECT'
    if (this.#isBusy) this.#wait(exchange)
    else this.#begin(exchange)
    return BODY_FOLLOWS
  }

  #begin(exchange: Http1Exchange): void {
    this.#current = exchange
    this.progress()
    this.#front.handle(exchange)
  }

  /** What came in one read with the request before it waits here; nothing more is read meanwhile. */
  #wait(exchange: Http1Exchange): void {
    this.#waiting ??= []
    if (this.#waiting.push(exchange) > MOST_WAITING) this.#socket.destroy()
    this.#parser.pause()
  }

  onBody(piece: Buffer): void {
    if (this.#isOver) return
    this.progress()
    this.#reading?.received(piece)
  }

  onDone(trailers: readonly string[]): void {
    const exchange = this.#reading
    this.#reading = undefined
    exchange?.receivedAll(trailers)
  }

  check(now: number): void {
    if (this.#writes.isStalled(now)) return this.#giveUp()
    if (this.#hasEnded && this.#current !== undefined) this.#isStillThere()
    if (now >= this.#deadline) this.#late()
  }

  /** A client that has ended its side and still takes what it is given has not left. */
  #isStillThere(): void {
    const { bytesWritten, writableLength } = this.#socket
    if (bytesWritten === this.#given && writableLength === 0) return
    this.#given = bytesWritten
    this.#deadline = this.#front.times.in(LEFT_MS)
  }

  #late(): void {
    const current = this.#current
    if (this.#isLingering) return void this.#socket.destroy()
    if (current === undefined) {
      if (!this.#parser.isInside) return void this.#socket.destroy()
      return this.#refuse(408, 'Request Timeout')
    }
    if (this.#hasEnded) return void this.#socket.destroy()
    if (current.isReceived) return
    if (current.hasBegun) return this.#giveUp()
    current.closed()
    this.#refuse(408, 'Request Timeout')
  }

  #giveUp(): void {
    this.#front.meter?.refused('limit')
    this.#socket.destroy()
  }

  onRead(parsed: number): void {
    this.#isReading = false
    if (this.#isOver) return
    if (parsed < 0) this.#malformed()
    else if (this.#mayStop) this.#keepRest(parsed)
    if (this.#isOver) return
    this.#leaveParser()
    this.#flush()
    if (this.#current === undefined) this.#goOn()
  }

  /** The parser stops behind a head that asks to switch protocols. Where that is not done, what follows is the next request. */
  #keepRest(parsed: number): void {
    const rest = this.#parser.restOf(parsed)
    if (rest === undefined) return
    this.#held = rest
    this.#parser.pause()
  }

  /** Nothing that comes is read any more. */
  get #isOver(): boolean {
    return this.#socket.destroyed || this.#isLingering || this.#isDetached
  }

  get #isBusy(): boolean {
    return this.#current !== undefined || this.#waiting !== undefined
  }

  get #hasMore(): boolean {
    return this.#held !== undefined || this.#waiting !== undefined
  }

  /** After an answer: what waits comes next. */
  #goOn(): void {
    while (this.#current === undefined && !this.#isOver && this.#takeNext()) {
      // Some are answered at once.
    }
    if (!this.#isOver && !this.#hasMore) this.#parser.resume()
  }

  /** @returns whether there was anything to do */
  #takeNext(): boolean {
    const next = this.#waiting?.shift()
    if (this.#waiting?.length === 0) this.#waiting = undefined
    this.#isReading = true
    if (this.#front.isDraining) this.#linger()
    else if (next) this.#begin(next)
    else if (this.#held) this.#readHeld(this.#held)
    else if (this.#trouble !== '') this.#refuseTrouble()
    else if (this.#hasEnded) this.#linger()
    else {
      this.#isReading = false
      return false
    }
    this.#isReading = false
    this.#leaveParser()
    return true
  }

  #readHeld(held: Buffer): void {
    this.#held = undefined
    const parsed = this.#parser.execute(held)
    if (this.#isOver) return
    // It does not stop but behind something.
    if (parsed <= 0) this.#malformed()
    else if (parsed < held.length) this.#held = held.subarray(parsed)
    this.#flush()
  }

  /** What comes behind a request for a websocket is no HTTP, if the server agrees, and nothing, if it does not. It waits in the socket. */
  #leaveParser(): void {
    if (this.#current?.wantsWebsocket !== true) return
    this.#parser.detach()
    if (this.#held !== undefined) this.#socket.unshift(this.#held)
    this.#held = undefined
  }

  #flush(): void {
    this.#current?.listener?.flush()
  }

  #malformed(): void {
    this.#trouble = this.#parser.trouble
    const current = this.#current
    this.#parser.pause()
    if (current !== undefined && !current.isReceived) {
      if (current.hasBegun) return void this.#socket.destroy()
      current.closed()
      this.#current = undefined
    }
    if (this.#waiting?.at(-1)?.isReceived === false) this.#waiting.pop()
    if (this.#waiting?.length === 0) this.#waiting = undefined
    // The answers to what came before it come before its own.
    if (!this.#isBusy) this.#refuseTrouble()
  }

  #refuseTrouble(): void {
    const { status, reason } = answerTo(this.#trouble)
    this.#refuse(status, reason)
  }

  /** What is not even a request gets no page. */
  #refuse(status: number, reason: string): void {
    this.#front.meter?.refused(status === 408 ? 'limit' : 'malformed')
    this.#current = undefined
    this.out.text(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    this.#linger()
  }

  #linger(): void {
    this.#isLingering = true
    this.#held = undefined
    this.#waiting = undefined
    this.#current = undefined
    this.#deadline = Infinity
    this.out.flush()
    this.#socket.end(() => (this.#deadline = this.#front.times.in(LINGER_MS)))
    if (this.#hasEnded) return this.#socket.destroySoon()
    this.#parser.resume()
    this.#socket.resume()
  }

  #ended(): void {
    this.#hasEnded = true
    if (this.#isLingering) return this.#socket.destroySoon()
    const current = this.#current
    if (current === undefined) return this.#linger()
    // Who asks for a websocket and ends his side does not want it any more.
    if (!current.isReceived || current.wantsWebsocket) return void this.#socket.destroy()
    this.#given = this.#socket.bytesWritten
    this.#deadline = this.#front.times.in(LEFT_MS)
  }

  #closed(): void {
    this.#front.times.delete(this)
    this.#front.forget(this)
    this.#parser.close()
    const current = this.#current
    this.#current = undefined
    this.#waiting = undefined
    current?.closed()
  }
}
