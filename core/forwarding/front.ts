import type { Socket } from 'node:net'

import type { Refusal } from './answers.ts'
import type { Exchange } from './exchange.ts'
import { Forwarding } from './forwarding.ts'
import type { ForwardingContext } from './forwarding-context.ts'
import type { ForwardingOptions } from './forwarding-options.ts'
import type { Closable, FrontContext } from './front-context.ts'
import type { FrontOptions } from './front-options.ts'
import type { Gate } from './gate.ts'
import { Http1Connection } from './http1-connection.ts'
import { Http2Front } from './http2-front.ts'
import type { Limits } from './limits.ts'
import type { Answer, Peer } from './message.ts'
import type { Meter } from './meter.ts'
import { Pools } from './pool.ts'
import { readRequest } from './read-request.ts'
import { TimeLimits } from './time-limits.ts'

/** Answered by the proxy itself, whatever the Host: it is there. */
const HEALTH = '/_chp_healthz'

/** The public entrance: every request is read once, refused or passed on. */
export class Front implements FrontContext, ForwardingContext {
  readonly limits: Limits
  readonly times: TimeLimits
  readonly options: ForwardingOptions
  readonly pools: Pools
  readonly byHost: boolean
  readonly gate: Gate | undefined
  readonly meter: Meter | undefined
  readonly #options: FrontOptions
  readonly #http1 = new Set<Closable>()
  readonly #http2: Http2Front
  #open = 0
  readonly #drained = Promise.withResolvers<void>()
  isDraining = false

  constructor(options: FrontOptions) {
    const { limits, forwarding, routes, gate, meter } = options
    this.#options = options
    this.limits = limits
    this.times = new TimeLimits(shortestOf(limits))
    this.options = forwarding
    this.pools = new Pools({ limits, times: this.times, clientTls: forwarding.clientTls })
    this.byHost = routes.byHost
    this.gate = gate
    this.meter = meter
    this.#http2 = new Http2Front(this)
  }

  /** A client's connection, plain or TLS: HTTP/2 where the client has chosen it (ALPN), else HTTP/1. */
  serve(socket: Socket, peer: Peer): void {
    if (this.isDraining) {
      socket.destroy()
      return
    }
    this.meter?.opened()
    socket.setNoDelay(true)
    this.#open++
    socket.once('close', () => this.#left())
    if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') this.#http2.serve(socket, peer)
    else this.#http1.add(new Http1Connection(socket, peer, this))
  }

  /** One request, whatever the version of HTTP. */
  handle(exchange: Exchange): void {
    const { head, wantsWebsocket } = exchange
    if (head.target === HEALTH) return exchange.answer(healthy())
    this.meter?.asked(wantsWebsocket ? 'ws' : 'web')
    const found = readRequest(head, this.#options)
    if ('status' in found) return this.refuse(exchange, found)
    const refusal = this.gate?.entering(head, found)
    if (refusal) return this.refuse(exchange, refusal)
    new Forwarding(exchange, found, this).start()
  }

  /** Answers a request here and not behind. */
  refuse(exchange: Exchange, refusal: Refusal): void {
    this.meter?.refused(refusal.reason)
    this.meter?.answered(refusal.status)
    const page = this.#options.answers.page(exchange.head, refusal)
    if (!(page instanceof Promise)) return exchange.answer(page)
    page.then(
      (answer) => exchange.answer(answer),
      () => exchange.answer(bare(refusal)),
    )
  }

  /** How many clients' connections are open, websockets included. */
  get connections(): number {
    return this.#open
  }

  /**
   * No new connections, and no new requests on those that are open. Websockets are told at once that the service restarts: whoever
   * listens in this place next is who they come back to, so waiting would only make that later. @returns when all is over
   */
  drain(): Promise<void> {
    this.isDraining = true
    this.#options.routes.closeWebsockets()
    for (const connection of this.#http1) if (connection.isIdle) connection.destroy()
    this.#http2.drain()
    if (this.#open === 0) this.#drained.resolve()
    return this.#drained.promise
  }

  /** Ends everything at once; websockets are told that the service restarts. */
  close(): void {
    this.isDraining = true
    this.#options.routes.closeAll()
    for (const connection of this.#http1) connection.destroy()
    this.#http2.close()
    this.pools.close()
  }

  forget(connection: Closable): void {
    this.#http1.delete(connection)
  }

  #left(): void {
    this.#open--
    this.meter?.closed()
    if (this.isDraining && this.#open === 0) this.#drained.resolve()
  }
}

function healthy(): Answer {
  const headers = ['Content-Type', 'application/json']
  return { status: 200, reason: 'OK', headers, body: Buffer.from('{"status":"OK"}') }
}

/** Where even the page for a refusal could not be drawn. */
function bare({ status, message }: Refusal): Answer {
  const headers = ['Content-Type', 'text/plain; charset=utf-8']
  return { status, reason: '', headers, body: Buffer.from(message) }
}

function shortestOf({ headMs, idleMs, bodyStallMs, writeStallMs, ...back }: Limits): number {
  const all = [headMs, idleMs, bodyStallMs, writeStallMs, back.connectMs, back.silenceMs]
  return Math.min(...all.filter((ms) => ms > 0))
}
