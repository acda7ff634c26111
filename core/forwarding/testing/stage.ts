import { mkdtempSync, rmSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server,
} from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createRawServer,
  type Server as RawServer,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DEFAULT_FORWARDING } from '../forwarding-options.ts'
import { Front } from '../front.ts'
import type { FrontOptions } from '../front-options.ts'
import { DEFAULT_LIMITS, type Limits } from '../limits.ts'
import type { Peer } from '../message.ts'
import { peerOf } from '../peer-of.ts'
import { Routes } from '../routes.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** What a stage is set up with, where it is not the plain one. */
export interface StageOptions extends Partial<Omit<FrontOptions, 'routes' | 'limits'>> {
  readonly limits?: Partial<Limits>
  readonly peer?: Partial<Peer>
}

/** The entrance on a port, with servers behind it on unix sockets. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'bulkhead-forwarding-'))
  readonly uid = process.getuid?.() ?? 0
  readonly now = new Date()
  readonly routes = new Routes(undefined, this.now)
  readonly front: Front
  readonly entrance: RawServer
  readonly #closing: { close(): void; closeAllConnections?(): void }[] = []
  readonly #sockets = new Set<Socket>()

  constructor({ limits = {}, peer = {}, ...options }: StageOptions = {}) {
    this.front = new Front({
      routes: this.routes,
      answers: {
        page: (_head, { status, reason, message }) => ({
          status,
          reason: '',
          headers: [],
          body: Buffer.from(reason === 'unreachable' ? 'unreachable' : message),
        }),
      },
      publicNames: new Set(['hub.example']),
      forwarding: DEFAULT_FORWARDING,
      limits: { ...DEFAULT_LIMITS, ...limits },
      ...options,
    })
    this.entrance = createRawServer((socket) =>
      this.front.serve(socket, { ...peerOf(socket, false), ...peer }),
    )
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.entrance.listen(0, '127.0.0.1', resolve))
    return this
  }

  get port(): number {
    return (this.entrance.address() as AddressInfo).port
  }

  close(): void {
    this.front.close()
    this.entrance.close()
    for (const server of this.#closing) {
      server.closeAllConnections?.()
      server.close()
    }
    for (const socket of this.#sockets) socket.destroy()
    rmSync(this.folder, { recursive: true })
  }

  /** A server behind, on a unix socket, with a route to it under /user/ada/. */
  async behind(listener: RequestListener): Promise<Server> {
    const path = join(this.folder, 's.sock')
    const server = createServer(listener)
    this.#closing.push(server)
    await new Promise<void>((resolve) => server.listen(path, resolve))
    this.route(path)
    return server
  }

  /** A server that writes bytes as it likes. */
  async rawBehind(speak: (socket: Socket) => void): Promise<void> {
    const path = join(this.folder, 'raw.sock')
    const server = createRawServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      speak(socket)
    })
    this.#closing.push(server)
    await new Promise<void>((resolve) => server.listen(path, resolve))
    this.route(path)
  }

  /** Under /user/ada/. */
  route(path: string, owner = this.uid): void {
    const { now } = this
    this.routes.set('/user/ada/', { kind: 'unix', path, owner }, { data: {}, now })
  }

  ask(
    path: string,
    {
      method = 'GET',
      headers = {},
      body,
    }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const host = { host: 'hub.example' }
    const asked = request(
      { host: '127.0.0.1', port: this.port, path, method, headers: { ...host, ...headers } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.once('error', reject)
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
        )
      },
    )
    asked.once('error', reject)
    asked.end(body)
    return promise
  }

  /** Sends bytes as they are. @returns all that comes back until the connection is closed */
  rawAsk(text: string): Promise<string> {
    const { socket, closed } = this.speak()
    socket.write(text, 'latin1')
    return closed
  }

  /** A client that writes bytes as it likes. */
  speak(): {
    readonly socket: Socket
    /** Resolves when the text has come. */
    readonly until: (text: string) => Promise<void>
    /** All that came, when the connection is closed. */
    readonly closed: Promise<string>
  } {
    const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen: true })
    this.#sockets.add(socket)
    let received = ''
    let look: () => void = () => undefined
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
      look()
    })
    socket.on('error', () => undefined)
    socket.once('end', () => socket.end())
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (received.includes(text)) resolve()
        }
        look()
      })
    return { socket, until, closed }
  }
}
