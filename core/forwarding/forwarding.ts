import type { BackConnection, Outgoing } from './back-connection.ts'
import type { BackListener } from './back-listener.ts'
import { credentialsOf } from './credentials.ts'
import type { BodyKind, Exchange, ExchangeListener } from './exchange.ts'
import type { ForwardingContext } from './forwarding-context.ts'
import { soundTrailers } from './header-kinds.ts'
import { headerLines } from './http1-text.ts'
import type { CloseReason, LiveConnection } from './live-connections.ts'
import type { ReadResponse } from './read-head.ts'
import type { ForwardingRoute } from './routes.ts'
import { shapeRequest, shapeTarget } from './shape-request.ts'
import { shapeResponse } from './shape-response.ts'
import { WebsocketRelay } from './websocket-relay.ts'

/** Methods that may be sent twice (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Methods that change nothing: pages that stay open send them all the time, with nobody before them. */
const LOOKING_ON = new Set(['GET', 'HEAD', 'OPTIONS'])

/** How long a websocket is quiet before the kernel asks whether the other side is still there. */
const KEEP_ALIVE_MS = 60_000

/** One request on its way to the server behind, and the answer on its way back, as streams in both directions. */
export class Forwarding implements ExchangeListener, BackListener, LiveConnection {
  readonly isWebsocket = false
  readonly #exchange: Exchange
  readonly #route: ForwardingRoute
  readonly #context: ForwardingContext
  #outgoing: Outgoing | undefined
  #back: BackConnection | undefined
  #hasBegun = false
  #isOver = false
  before: LiveConnection | undefined
  after: LiveConnection | undefined

  constructor(exchange: Exchange, route: ForwardingRoute, context: ForwardingContext) {
    this.#exchange = exchange
    this.#route = route
    this.#context = context
  }

  start(): void {
    const { head, hasBody, wantsWebsocket } = this.#exchange
    const { options, byHost } = this.#context
    const route = this.#route
    const { method } = head
    if (!wantsWebsocket && !LOOKING_ON.has(method)) route.lastUse = Date.now()
    // HTTP/2 needs to announce neither.
    const framing = hasBody ? (head.length !== '' ? 'length' : 'chunked') : 'none'
    const target = shapeTarget(head.target, { route, byHost }, options)
    const ending = wantsWebsocket
      ? 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
      : framing === 'chunked'
        ? 'Transfer-Encoding: chunked\r\n\r\n'
        : '\r\n'
    this.#outgoing = {
      text: `${method} ${target} HTTP/1.1\r\n${headerLines(shapeRequest(head, route, options))}${ending}`,
      method,
      framing,
      wantsWebsocket,
    }
    route.live.add(this)
    this.#send(wantsWebsocket)
    if (!this.#isOver) this.#exchange.receive(this)
  }

  #send(alone: boolean): void {
    const outgoing = this.#outgoing
    if (!outgoing) return
    // Asked for anew: with its last connection, a target's pool may have gone.
    const pool = this.#context.pools.of(this.#route.target)
    try {
      this.#back = alone ? pool.open() : pool.take()
    } catch (error) {
      return this.#unreachable(error instanceof Error ? error : new Error(String(error)))
    }
    this.#back.send(outgoing, this)
  }

  // The request on its way.

  received(piece: Buffer): void {
    this.#route.lastActivity = Date.now()
    if (this.#back?.write(piece) === false) this.#exchange.pause()
  }

  receivedAll(trailers: readonly string[]): void {
    this.#back?.end(soundTrailers(trailers))
  }

  flush(): void {
    this.#back?.flush()
  }

  drained(): void {
    this.#back?.resume()
  }

  closed(): void {
    this.#back?.abandon()
    this.#over()
  }

  // The answer on its way.

  backInformed(head: ReadResponse): void {
    const { policy } = this.#route
    const { status, reason, headers } = head
    const left = policy ? policy.filterResponse(headers, this.#exchange.head) : headers
    this.#exchange.inform({ status, reason, headers: left })
  }

  backAnswered(head: ReadResponse, body: BodyKind): void {
    const { options, gate, meter } = this.#context
    const exchange = this.#exchange
    const route = this.#route
    if (head.status < 300) route.lastActivity = Date.now()
    this.#hasBegun = true
    const shaped = {
      status: head.status,
      reason: head.reason,
      headers: shapeResponse(head, exchange.head, { route, options }),
    }
    meter?.answered(head.status)
    gate?.answered(exchange.head, route, head)
    exchange.begin(shaped, body)
  }

  backPiece(piece: Buffer): void {
    if (!this.#exchange.write(piece)) this.#back?.pause()
  }

  backEnded(trailers: readonly string[]): void {
    const { policy } = this.#route
    const sound = soundTrailers(trailers)
    this.#over()
    this.#exchange.end(
      policy && sound.length > 0 ? policy.filterTrailers(sound, this.#exchange.head) : sound,
    )
  }

  backFlush(): void {
    this.#exchange.flush()
  }

  backDrained(): void {
    this.#exchange.resume()
  }

  backSwitched(head: ReadResponse): void {
    const back = this.#back
    const { options, gate, meter } = this.#context
    const exchange = this.#exchange
    const route = this.#route
    if (!back) return
    const shaped = {
      status: 101,
      reason: head.reason,
      headers: shapeResponse(head, exchange.head, { route, options }),
    }
    meter?.answered(101)
    gate?.answered(exchange.head, route, head)
    this.#isOver = true
    route.live.delete(this)
    const client = exchange.switchProtocols(shaped)
    const server = back.detach()
    server.setKeepAlive(true, KEEP_ALIVE_MS)
    const { peer } = exchange.head
    const whose = gate?.whose(exchange.head) ?? ''
    // What is kept for hours holds no secret, and nothing of the request.
    void new WebsocketRelay(client, server, {
      route,
      credentials: credentialsOf(exchange.head),
      over: gate && (() => gate.left(whose, peer)),
      meter,
    })
  }

  backFailed(why: Error): void {
    const outgoing = this.#outgoing
    const mayRepeat = this.#back?.mayRepeat === true
    this.#back = undefined
    if (this.#isOver) return
    if (this.#hasBegun) {
      this.#over()
      this.#exchange.abort()
      return
    }
    // A connection that was kept open may have been closed by the server in the same moment.
    if (mayRepeat && outgoing?.framing === 'none' && IDEMPOTENT.has(outgoing.method))
      return this.#send(true)
    this.#unreachable(why)
  }

  // While it lives.

  close(why: CloseReason): void {
    this.#context.meter?.ended(why)
    this.#back?.abandon()
    this.#over()
    this.#exchange.abort()
  }

  /** Read only when somebody asks: most requests are over long before. */
  credentials(): readonly string[] {
    return credentialsOf(this.#exchange.head)
  }

  #unreachable(cause: Error): void {
    this.#over()
    this.#context.refuse(this.#exchange, {
      status: 503,
      reason: 'unreachable',
      message: 'The server behind this address does not answer.',
      cause,
    })
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#route.live.delete(this)
    const { gate } = this.#context
    const { head } = this.#exchange
    gate?.left(gate.whose(head), head.peer)
  }
}
