import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'

import { type ProxyProcess, startProxy } from '../../adapters/routes-http/testing/proxy-process.ts'
import { type Fields, headers, RawHttp2 } from '../../core/forwarding/testing/http2-wire.ts'
import { Certificates } from '../proxy-differential/certificates.ts'
import { RecordingServer } from './recording-server.ts'
import type { StrictRequest } from './strict-reading.ts'

export const HOST = 'hub.example'

export const GET: Fields = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', HOST],
  [':path', '/case'],
]

/** The same request with some of it said otherwise. */
export function withFields(fields: Fields, changes: Readonly<Record<string, string>>): Fields {
  return fields.map(([name, value]) => [name, changes[name] ?? value])
}

/** The running proxy with TLS, and one recording server behind all of it. */
export class Http2Stage {
  readonly proxy: ProxyProcess
  readonly server: RecordingServer
  readonly #folder: string
  readonly #clients: RawHttp2[] = []

  private constructor(proxy: ProxyProcess, server: RecordingServer, folder: string) {
    this.proxy = proxy
    this.server = server
    this.#folder = folder
  }

  static async set(): Promise<Http2Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-http2-'))
    using certificates = new Certificates()
    const tls = certificates.flags('--ssl')
    const proxy = await startProxy(['--public-name', HOST, ...tls])
    const server = await RecordingServer.listen(join(folder, 'behind.sock'))
    await proxy.order('POST', '/api/routes/', { target: server.url })
    return new Http2Stage(proxy, server, folder)
  }

  async end(): Promise<void> {
    await this.proxy.end()
    this.server[Symbol.dispose]()
    rmSync(this.#folder, { recursive: true })
  }

  /** A client that has shaken hands and chosen HTTP/2, and has said nothing yet. */
  async client(): Promise<RawHttp2> {
    const socket = connect({
      socket: connectPlain(this.proxy.port, '127.0.0.1'),
      servername: HOST,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    })
    const client = new RawHttp2(socket)
    this.#clients.push(client)
    await once(socket, 'secureConnect')
    return client
  }

  /** Closes all clients, and waits until what was on its way has arrived. */
  async settle(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close()
    for (let i = 0; i < 3; i++) await this.probe()
  }

  /** An ordinary request, from a client of its own, to the server and back. @throws Error when it is not answered as ever */
  async probe(): Promise<void> {
    const client = await this.client()
    client.begin()
    client.send(headers(1, withFields(GET, { ':path': '/probe' })))
    const outcome = await client.outcome(1)
    client.close()
    if (outcome !== '200') throw new Error(`an ordinary request comes out as ${outcome}`)
  }

  /**
   * What the server has received since the last time, without the probes.
   * @throws Error when it was anything but whole requests, or when the rest of one is still waited for
   */
  received(): readonly StrictRequest[] {
    const { server } = this
    if (server.wrong.length > 0) throw new Error(`the server received ${server.wrong.join('\n')}`)
    for (const { pending, over } of server.connections)
      if (pending.rest !== 'nothing' && !over)
        throw new Error(`the server is left with ${JSON.stringify(pending.left)}`)
    const received = server.seen
      .map(({ request }) => request)
      .filter(({ target }) => target !== '/probe')
    server.forget()
    return received
  }
}

/** What the proxy says itself of where a request came from. */
const OURS = /^x-forwarded-(?:for|proto|host|port)$/

/** The headers that a client can be held responsible for, as `name: value`, sorted. */
export function ownHeaders({ headers }: StrictRequest): readonly string[] {
  return headers
    .filter(([name]) => !OURS.test(name))
    .map(([name, value]) => `${name}: ${value}`)
    .toSorted()
}
