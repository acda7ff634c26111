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
import type { Pool } from './pool.ts'
import { type Framing, ReadResponse } from './read-head.ts'
import { listen, type SocketListeners, unlisten } from './socket-listeners.ts'
import { surviveWriteErrors } from './survive-write-errors.ts'
import type { Timed, TimeLimits } from './time-limits.ts'

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
  readonly #pool: Pool
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
  #deadline = Infinity
  #socketError: Error | undefined
  /** Whether an answer has come on it before: then a failure may only mean that the server had hung up meanwhile. */
  wasUsed = false

  constructor(
    socket: Socket,
    pool: Pool,
    { limits, times }: { limits: Limits; times: TimeLimits },
  ) {
    this.socket = socket
    this.#pool = pool
    this.#limits = limits
    this.#times = times
    this.#parser = new HttpParser('answers', this, limits)
    this.#out = new HeldWriter(socket)
    // A server that ends its side may still be sent the rest of what it asked for; what it has said is whole or not.
    socket.allowHalfOpen = true
    this.#on = {
      data: (data: Buffer) => this.#read(data),
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
    return this.#outgoing?.framing === 'chunked' ? this.#out.chunk(piece) : this.#out.piece(piece)
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
    this.socket.pause()
  }

  resume(): void {
    this.#alive()
    this.socket.resume()
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
    socket.pause()
    unlisten(socket, this.#on)
    this.#times.delete(this)
    this.#pool.forget(this)
    // Not within the parser's own callback.
    setImmediate(() => this.#parser.close())
    return socket
  }

  check(now: number): void {
    if (now < this.#deadline) return
    const { socket } = this
    if (this.#listener === undefined) socket.destroy()
    else if (this.#isConnected) socket.destroy(new Error('it was silent for too long'))
    else socket.destroy(new Error('it could not be reached in time'))
  }

  onHead(line: Line, headers: string[]): AfterHead {
    const head = new ReadResponse(line.status, line.reason, headers)
    if (this.#listener === undefined || this.#hasAnswered || this.#outgoing === undefined) {
      this.#fail(new Error('it answered without being asked'))
      return STOP
    }
    if (line.status === 101) return this.#switch(head, line.upgrade)
    if (line.status < 200) {
      this.#listener.backInformed(head)
      return BODY_FOLLOWS
    }
    this.#hasAnswered = true
    this.#isReusable = line.keepAlive
    if (head.coding !== '' && head.coding.toLowerCase() !== 'chunked') {
      this.#fail(new Error('its answer has a transfer coding that nobody asked for'))
      return STOP
    }
    const isHead = this.#outgoing.method === 'HEAD'
    const body: BodyKind =
      isHead || line.status === 204 || line.status === 304
        ? 'none'
        : head.length !== ''
          ? 'length'
          : 'unknown'
    this.#listener.backAnswered(head, body)
    return isHead ? NO_BODY : BODY_FOLLOWS
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

  #read(data: Buffer): void {
    if (this.#isDetached) return
    this.#alive()
    if (this.#listener === undefined) return void this.socket.destroy()
    const read = this.#parser.execute(data)
    if (this.socket.destroyed) return
    if (read < 0) return this.#fail(new Error(`its answer is no HTTP (${this.#parser.trouble})`))
    if (this.#switched !== undefined) return this.#handOver(data.subarray(read))
    if (this.#listener !== undefined) this.#listener.backFlush()
    else if (this.#hasAnswered) this.#over(read === data.length)
  }

  #handOver(rest: Buffer): void {
    const head = this.#switched
    if (head === undefined || this.#listener === undefined) return
    if (rest.length > 0) this.socket.unshift(rest)
    this.#listener.backSwitched(head)
  }

  /** The answer is whole: the connection waits for the next request, unless something says that it cannot. */
  #over(wasAllRead: boolean): void {
    this.#hasAnswered = false
    this.#outgoing = undefined
    this.wasUsed = true
    const isSound = wasAllRead && !this.#parser.isInside
    this.#deadline = this.#times.in(this.#limits.targetIdleMs)
    if (this.#isReusable && this.#isSent && isSound) this.#pool.release(this)
    else this.socket.destroySoon()
  }

  #connected(): void {
    this.#isConnected = true
    this.#alive()
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
