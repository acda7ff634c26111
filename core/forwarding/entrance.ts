import {
  type BlockList,
  createServer as createPlainServer,
  isIPv6,
  type Server,
  type Socket,
} from 'node:net'
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
  type TlsOptions,
  type TLSSocket,
} from 'node:tls'

import { kindOfAddress } from '#core/base/ip-address.ts'

import type { Refusal } from './answers.ts'
import type { Gate } from './gate.ts'
import type { Peer } from './message.ts'
import type { Meter } from './meter.ts'
import { bareAddress, peerOf } from './peer-of.ts'
import { takeProxyHeader } from './proxy-header-reader.ts'
import type { ProxyHeader } from './proxy-protocol.ts'

export interface EntranceOptions {
  /** Absent: clients speak without TLS. */
  readonly tls?: TlsOptions | undefined
  /** Whether HTTP/2 is offered to clients that come by TLS. */
  readonly http2: boolean
  /** How long a client may take to shake hands, in milliseconds. */
  readonly handshakeMs: number
  /** Proxies in front whose forwarding headers are believed. */
  readonly trusted: BlockList
  /** Balancers in front that tell of each connection whose it is (PROXY protocol). From these it is demanded, from others refused. */
  readonly announcers: BlockList
  /** Counts connections, before anything is read of them. Absent: everybody comes in. */
  readonly gate?: Pick<Gate, 'connected' | 'disconnected'>
  /** Absent: nothing is counted. */
  readonly meter?: Pick<Meter, 'refused'>
  readonly serve: (socket: Socket | TLSSocket, peer: Peer) => void
  /** A connection that did not get so far, and why. */
  readonly failed?: (why: Error) => void
}

/** Those who are told that there is no room for them: so many at once, for so long. */
const MOST_LEAVING = 100
const LEAVING_MS = 1000
const STATUS_WORDS: Readonly<Record<number, string>> = {
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Where clients come in: finds out who is at the other end, before anything is read of what he wants. */
export class Entrance {
  /** Listens, with TLS as without. */
  readonly server: Server
  readonly #tls: TlsServer | undefined
  readonly #options: EntranceOptions
  /** What was told of connections that have still to shake hands, by their ends. */
  readonly #told = new Map<string, ProxyHeader>()
  readonly #leaving = new Set<Socket>()

  constructor(options: EntranceOptions) {
    this.#options = options
    this.#tls = options.tls && this.#secure(options.tls)
    this.server = createPlainServer({ noDelay: true }, (socket) => this.#connected(socket))
  }

  /** Connections from now on are shown the new certificate; those that are open stay. */
  renew(tls: SecureContextOptions): void {
    this.#tls?.setSecureContext(tls)
  }

  #secure(tls: TlsOptions): TlsServer {
    const { http2, handshakeMs, serve } = this.#options
    const server = createTlsServer({
      ...tls,
      handshakeTimeout: handshakeMs,
      // Both versions share the one server, and with it the certificate.
      ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    })
    server.on('tlsClientError', (error) => this.#failed(error))
    server.on('secureConnection', (socket) => {
      socket.disableRenegotiation()
      serve(socket, this.#peerOf(socket, this.#told.get(endsOf(socket))))
    })
    return server
  }

  #connected(socket: Socket): void {
    if (!isListed(bareAddress(socket), this.#options.announcers))
      return this.#goOn(socket, undefined)
    takeProxyHeader(socket).then(
      (header) => this.#goOn(socket, header),
      (error: Error) => this.#failed(error),
    )
  }

  #failed(why: Error): void {
    this.#options.meter?.refused('handshake')
    this.#options.failed?.(why)
  }

  #goOn(socket: Socket, header: ProxyHeader | undefined): void {
    const { gate, serve } = this.#options
    const peer = this.#peerOf(socket, header)
    const refusal = gate?.connected(peer)
    if (refusal) return this.#refuse(socket, refusal)
    if (gate) socket.once('close', () => gate.disconnected(peer))
    if (!this.#tls) return serve(socket, peer)
    if (header) {
      const ends = endsOf(socket)
      this.#told.set(ends, header)
      socket.once('close', () => this.#told.delete(ends))
    }
    this.#tls.emit('connection', socket)
  }

  /** Nobody shakes hands only to be told to leave; without TLS a word costs little. */
  #refuse(socket: Socket, { status, reason, retryAfter = 1 }: Refusal): void {
    this.#options.meter?.refused(reason)
    if (this.#tls || this.#leaving.size >= MOST_LEAVING) return void socket.destroy()
    this.#leaving.add(socket)
    const timer = setTimeout(() => socket.destroy(), LEAVING_MS).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.#leaving.delete(socket)
    })
    socket.on('error', () => undefined)
    // Closed before it is read, what the client has sent would cut the answer off.
    socket.resume()
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_WORDS[status] ?? ''}\r\nRetry-After: ${retryAfter}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    )
  }

  #peerOf(socket: Socket, header: ProxyHeader | undefined): Peer {
    const { trusted } = this.#options
    if (header?.kind === 'client') {
      const { address, localPort } = header
      return {
        address,
        localPort,
        // A balancer is believed about TLS as it is believed about addresses.
        secure: header.secure || 'encrypted' in socket,
        trusted: isElsewhere(address) && isListed(address, trusted),
      }
    }
    // What comes through a balancer that does not say whose it is may be anybody's.
    return peerOf(socket, !header && isListed(bareAddress(socket), trusted))
  }
}

/** A balancer tells of clients elsewhere: one that is told to be this machine gains nothing by it. */
function isElsewhere(address: string): boolean {
  return ['public', 'private'].includes(kindOfAddress(address))
}

/** Whether the address is in the list; '' never is. */
export function isListed(address: string, list: BlockList): boolean {
  return address !== '' && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** What tells a connection from all others that are open. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
