import type { Socket } from 'node:net'

import type { BackListener } from './back-listener.ts'
import type { BodyKind } from './exchange.ts'
import { HeldWriter } from './held-writer.ts'
import { lastChunk } from './http1-text.ts'
import {
  type AfterHead,
  BODY_FOLLOWS,
  HttpParser,
  type Line,
  NO_BODY,
  type ParserEvents,
  STOP,
} from './http-parser.ts'
import type { Limits } from './limits.ts'
import { type Framing, ReadResponse } from './read-head.ts'
import { listen, type SocketListeners, unlisten } from './socket-listeners.ts'
import { surviveWriteErrors } from './survive-write-errors.ts'
import type { Timed, TimeLimits } from './time-limits.ts'

/** So many answers of 100 or 103 come before one answer at most. */
const MOST_INTERIMS = 100

/** RFC 9112 section 4; llhttp takes anything but line ends. */
const REASON = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

/** Servers set cookies by the dozen; what an answer's head may hold is limited by its size. */
const MOST_HEADERS = 1000

/** Who keeps connections that wait for the next request. */
export interface Keeper {
  release(connection: BackConnection): void
  /** It is closed, or belongs to somebody else now. */
  forget(connection: BackConnection): void
}

/** What a request needs to be sent. */
export interface Outgoing {
  /** Its whole head. */
  readonly text: string
  readonly method: string
  readonly framing: Framing
  readonly wantsWebsocket: boolean
}

/** One connection to a server behind: one request at a time, and its answer. */
export class BackConnection implements ParserEvents, Timed {
  readonly socket: Socket
  readonly #pool: Keeper
  readonly #limits: Limits
  readonly #times: TimeLimits
  readonly #parser: HttpParser
  readonly #out: HeldWriter
  readonly #on: SocketListeners
  #listener: BackListener | undefined
  #outgoing: Outgoing | undefined
  #isConnected = false
  #isSent = true
  #hasAnswered = false
  #isReusable = true
  #isDetached = false
  /** Said yes to a websocket. */
  #switched: ReadResponse | undefined
  /** What came behind that. */
  #rest: Buffer | undefined
  #interims = 0
  #deadline = Infinity
  #socketError: Error | undefined
  /** Whether an answer has come on it before. */
  #wasUsed = false
  /** Nothing of an answer has come, on a connection that had been kept: the server may have hung up before it was asked. */
  mayRepeat = false

  constructor(
    socket: Socket,
    pool: Keeper,
    { limits, times }: { limits: Limits; times: TimeLimits },
  ) {
    this.socket = socket
    this.#pool = pool
    this.#limits = limits
    this.#times = times
    this.#parser = new HttpParser('answers', this, { ...limits, headerCount: MOST_HEADERS })
    this.#out = new HeldWriter(socket)
    // A server that ends its side may still be sent the rest of what it asked for; what it has said is whole or not.
    socket.allowHalfOpen = true
    this.#on = {
      drain: () => this.#listener?.backDrained(),
      end: () => this.#ended(),
      error: (error: Error) => (this.#socketError = error),
      close: () => this.#closed(),
    }
    listen(socket, this.#on)
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => this.#connected())
    this.#deadline = times.in(limits.connectMs)
    times.add(this)
  }

  /** Sends a request's head, at once where no body follows. */
  send(outgoing: Outgoing, listener: BackListener): void {
    this.#listener = listener
    this.#outgoing = outgoing
    this.#hasAnswered = false
    this.#interims = 0
    this.mayRepeat = this.#wasUsed
    this.#isSent = outgoing.framing === 'none'
    if (this.#isConnected) this.#alive()
    if (this.#isSent) {
      this.socket.write(outgoing.text, 'latin1')
    } else {
      surviveWriteErrors(this.socket)
      this.#out.text(outgoing.text)
    }
  }

  /** A piece of the request's body. @returns false when no more is taken for now: `backDrained` follows */
  write(piece: Buffer): boolean {
    this.#alive()
    if (piece.length === 0) return true
    return this.#outgoing?.framing === 'chunked'
      ? this.#out.chunk(piece, true)
      : this.#out.piece(piece, true)
  }

  /** The request's body is whole. */
  end(trailers: readonly string[]): void {
    if (this.#outgoing?.framing === 'chunked') this.#out.text(lastChunk(trailers))
    this.#out.flush()
    this.#isSent = true
  }

  flush(): void {
    this.#out.flush()
  }

  pause(): void {
    // It cannot go on now: that is not its fault.
    this.#deadline = Infinity
    this.#parser.pause()
  }

  resume(): void {
    this.#alive()
    this.#parser.resume()
  }

  /** The listener gives up. */
  abandon(): void {
    this.#listener = undefined
    this.socket.destroy()
  }

  /** After `backSwitched`: the socket is the caller's, with nothing of this left on it. */
  detach(): Socket {
    const { socket } = this
    this.#isDetached = true
    this.#listener = undefined
    this.#parser.detach()
    unlisten(socket, this.#on)
    this.#times.delete(this)
    this.#pool.forget(this)
    // Not within the parser's own callback.
    setImmediate(() => this.#parser.close())
    if (this.#rest !== undefined) socket.unshift(this.#rest)
    return socket
  }

  check(now: number): void {
    if (now < this.#deadline) return
    const { socket } = this
    // It has the request, and may still be at it.
    this.mayRepeat = false
    if (this.#listener === undefined) socket.destroy()
    else if (this.#isConnected) socket.destroy(new Error('it was silent for too long'))
    else socket.destroy(new Error('it could not be reached in time'))
  }

  onBegin(): void {
    this.mayRepeat = false
  }

  onHead(line: Line, headers: string[]): AfterHead {
    const head = new ReadResponse(line.status, line.reason, headers)
    if (this.#listener === undefined || this.#hasAnswered || this.#outgoing === undefined)
      return this.#refuse('it answered without being asked')
    if (!REASON.test(line.reason)) return this.#refuse('its reason has control characters')
    if (line.status < 200) return this.#interim(head, line)
    this.#hasAnswered = true
    this.#isReusable = line.keepAlive
    if (head.coding !== '' && (line.version === 10 || head.coding.toLowerCase() !== 'chunked'))
      return this.#refuse('its answer has a transfer coding that nobody asked for')
    if (head.hasHugeLength) return this.#refuse('its answer is longer than anything')
    const isHead = this.#outgoing.method === 'HEAD'
    this.#listener.backAnswered(head, bodyOf(head, isHead))
    return isHead ? NO_BODY : BODY_FOLLOWS
  }

  #interim(head: ReadResponse, { status, upgrade }: Line): AfterHead {
    if (status === 101) return this.#switch(head, upgrade)
    if (status < 100) return this.#refuse('its answer has a status that is none')
    if (++this.#interims > MOST_INTERIMS) return this.#refuse('it never comes to its answer')
    this.#listener?.backInformed(head)
    return BODY_FOLLOWS
  }

  #refuse(why: string): AfterHead {
    this.#fail(new Error(why))
    return STOP
  }

  #switch(head: ReadResponse, isUpgrade: boolean): AfterHead {
    if (isUpgrade && head.upgrade === 'websocket' && this.#outgoing?.wantsWebsocket === true) {
      this.#hasAnswered = true
    } else {
      this.#fail(new Error('it switched protocols unasked'))
    }
    this.#switched = head
    return STOP
  }

  onBody(piece: Buffer): void {
    this.#listener?.backPiece(piece)
  }

  onDone(trailers: readonly string[]): void {
    if (!this.#hasAnswered || this.#switched !== undefined) return
    const listener = this.#listener
    this.#listener = undefined
    // Before its listener hears: what it asks for next may go on this connection only once the whole read has been looked at.
    listener?.backEnded(trailers)
  }

  onRead(parsed: number): void {
    this.mayRepeat = false
    if (this.#isDetached || this.socket.destroyed) return
    this.#alive()
    // Asked for nothing, it has nothing to say; by 1xx for ever, it says nothing.
    if (this.#outgoing === undefined) return void this.socket.destroy()
    if (parsed < 0) return this.#fail(new Error(`its answer is no HTTP (${this.#parser.trouble})`))
    if (this.#switched !== undefined) return this.#handOver(parsed)
    if (this.#listener !== undefined) this.#listener.backFlush()
    else this.#over()
  }

  #handOver(parsed: number): void {
    const head = this.#switched
    if (head === undefined || this.#listener === undefined) return
    this.#rest = this.#parser.restOf(parsed)
    this.#listener.backSwitched(head)
  }

  /** The answer is whole: the connection waits for the next request, unless something says that it cannot. */
  #over(): void {
    this.#hasAnswered = false
    this.#outgoing = undefined
    this.#wasUsed = true
    // A client that took its answer slowly had it paused, and does not say when it has taken the rest.
    this.#parser.resume()
    const isSound = !this.#parser.isInside
    this.#deadline = this.#times.in(this.#limits.targetIdleMs)
    if (this.#isReusable && this.#isSent && isSound) this.#pool.release(this)
    else this.socket.destroySoon()
  }

  #connected(): void {
    this.#isConnected = true
    this.#alive()
    this.#parser.attach(this.socket)
  }

  #alive(): void {
    if (this.#isConnected) this.#deadline = this.#times.in(this.#limits.silenceMs)
  }

  /** The server has ended its side: an answer without a length is whole now, any other is cut. */
  #ended(): void {
    if (this.#listener !== undefined) {
      const isWhole = this.#parser.finish()
      if (this.#listener !== undefined && !(isWhole && this.#hasAnswered))
        this.#fail(new Error('it hung up'))
    }
    this.socket.destroy()
  }

  #closed(): void {
    this.#times.delete(this)
    this.#pool.forget(this)
    this.#parser.close()
    this.#fail(this.#socketError ?? new Error('it hung up'))
  }

  #fail(why: Error): void {
    const listener = this.#listener
    this.#listener = undefined
    this.socket.destroy()
    listener?.backFailed(why)
  }
}

function bodyOf({ status, length }: ReadResponse, isHead: boolean): BodyKind {
  if (isHead || status === 204 || status === 304) return 'none'
  return length === '' ? 'unknown' : 'length'
}
