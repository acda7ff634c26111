import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions, Server as TlsServer } from 'node:tls'

import type { Exchange } from '#core/forwarding/exchange.ts'
import type { Closable, FrontContext } from '#core/forwarding/front-context.ts'
import { Http1Connection } from '#core/forwarding/http1-connection.ts'
import type { Limits } from '#core/forwarding/limits.ts'
import { peerOf } from '#core/forwarding/peer-of.ts'
import { TimeLimits } from '#core/forwarding/time-limits.ts'

const SHORTEST_MS = 4000

/**
 * Where the hub sets routes: the same connections as at the public entrance, with another one to answer. A hub that starts sets as many
 * routes as it has servers, and waits until they stand.
 */
export class ApiFront implements FrontContext {
  readonly server: Server
  readonly limits: Limits
  readonly times = new TimeLimits(SHORTEST_MS)
  readonly meter = undefined
  isDraining = false
  readonly handle: (exchange: Exchange) => void
  readonly #open = new Set<Closable>()

  constructor(
    handle: (exchange: Exchange) => void,
    { limits, tls }: { readonly limits: Limits; readonly tls?: TlsOptions | undefined },
  ) {
    this.handle = handle
    this.limits = limits
    const serve = (socket: Socket) => {
      this.#open.add(new Http1Connection(socket, peerOf(socket, false), this))
    }
    this.server = tls ? createTlsServer(tls, serve) : createServer({ noDelay: true }, serve)
  }

  /** Connections from now on are shown the new certificate. */
  renew(tls: TlsOptions): void {
    if (this.server instanceof TlsServer) this.server.setSecureContext(tls)
  }

  forget(connection: Closable): void {
    this.#open.delete(connection)
  }

  close(): void {
    this.isDraining = true
    this.server.close()
    for (const connection of this.#open) connection.destroy()
  }
}
