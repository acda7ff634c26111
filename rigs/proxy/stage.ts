import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type ProxyProcess, startProxy } from '../../adapters/routes-http/testing/proxy-process.ts'
import { type Figures, figuresOf } from './process-figures.ts'
import { type RecordedConnection, RecordingServer } from './recording-server.ts'
import { readAnswers } from './strict-reading.ts'

export const HOST = 'hub.example'

/** So many look-ups of the proxy in turn in which nothing moved mean that nothing will move any more. */
const QUIET = 3
const LONGEST_MS = 5000

/** What a client heard. */
export interface Heard {
  /** latin1: a character a byte. */
  readonly text: string
  /** The end that the proxy made of the connection; `open`: none. */
  readonly end: 'open' | 'in order' | 'cut'
}

/** The running proxy with recording servers behind its routes. */
export class Stage {
  readonly proxy: ProxyProcess
  readonly folder: string
  /** Behind /user/ada/, on a unix socket. */
  readonly ada: RecordingServer
  /** Behind /user/bob/, on TCP. */
  readonly bob: RecordingServer
  /** Behind /, where everything else goes. */
  readonly rest: RecordingServer
  readonly #probed: RecordingServer
  #probe: RawClient
  /** An ordinary request was not answered: nothing that follows can be judged. */
  #isLost = false

  private constructor(
    proxy: ProxyProcess,
    folder: string,
    servers: readonly [RecordingServer, RecordingServer, RecordingServer, RecordingServer],
  ) {
    this.proxy = proxy
    this.folder = folder
    ;[this.ada, this.bob, this.rest, this.#probed] = servers
    this.#probe = new RawClient(proxy.port)
  }

  /** @param more further arguments of the proxy */
  static async set(more: readonly string[] = []): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-stage-'))
    const proxy = await startProxy(['--public-name', HOST, ...more])
    const behind = async (prefix: string, name?: string) => {
      const server = await RecordingServer.listen(name && join(folder, name))
      await proxy.order('POST', `/api/routes${prefix}`, { target: server.url })
      return server
    }
    return new Stage(proxy, folder, [
      await behind('/user/ada/', 'ada.sock'),
      await behind('/user/bob/'),
      await behind('/', 'rest.sock'),
      await behind('/probe/', 'probe.sock'),
    ])
  }

  get servers(): readonly RecordingServer[] {
    return [this.ada, this.bob, this.rest]
  }

  /** Leads /user/eve/ to a target. */
  async route(target: string, more: object = {}): Promise<void> {
    const { status } = await this.proxy.order('POST', '/api/routes/user/eve/', { target, ...more })
    if (status !== 201) throw new Error(`the route was not taken: ${status}`)
  }

  /** Asks for something below /user/eve/. */
  ask(method = 'GET', headers: readonly string[] = [], body = ''): RawClient {
    const client = new RawClient(this.proxy.port)
    const lines = [`${method} /user/eve/x HTTP/1.1`, `Host: ${HOST}`, ...headers]
    client.write(`${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`)
    return client
  }

  /** The status that the proxy gives to one request below /user/eve/, or `cut` for an end without one. */
  async statusOf(
    method = 'GET',
    headers: readonly string[] = [],
    body = '',
  ): Promise<number | 'cut'> {
    const client = this.ask(method, headers, body)
    const { text } = await client.until(
      ({ text, end }) => end !== 'open' || /^HTTP\/1\.1 [2-9].*\r\n\r\n/s.test(text),
    )
    client.close()
    return (
      Number(/^(?:HTTP\/1\.1 1.*?\r\n\r\n)*HTTP\/1\.1 ([2-9]\d\d)/s.exec(text)?.[1] ?? 0) || 'cut'
    )
  }

  get figures(): Figures {
    return figuresOf(this.proxy.pid)
  }

  async end(): Promise<void> {
    this.#probe.close()
    await this.proxy.end()
    for (const server of [...this.servers, this.#probed]) server[Symbol.dispose]()
    rmSync(this.folder, { recursive: true })
  }

  /** One ordinary request from the client through the proxy to a server and back: what was on its way before has arrived. */
  async probe(): Promise<void> {
    if (this.#isLost) throw new Error('the proxy was lost in an earlier case')
    this.#isLost = true
    // It may have been quiet for longer than the proxy keeps a connection.
    if (this.#probe.heard.end !== 'open') this.#probe = new RawClient(this.proxy.port)
    this.#probe.forget()
    this.#probe.write(`GET /probe/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    const deadline = Date.now() + LONGEST_MS
    while (!/ 200 OK\r\n.*seen \d+$/s.test(this.#probe.heard.text)) {
      await this.#probe.moved()
      if (!this.proxy.runs()) throw new Error('the proxy has ended')
      if (this.#probe.heard.end !== 'open' || Date.now() > deadline)
        throw new Error('the proxy no longer answers an ordinary request')
    }
    this.#probed.forget()
    this.#isLost = false
  }

  /** Until nothing moves any more. */
  async settle(client: RawClient): Promise<void> {
    const state = () =>
      [client.heard.text.length, client.heard.end, ...this.servers.map(({ bytes }) => bytes)].join()
    let last = state()
    for (let quiet = 0; quiet < QUIET;) {
      await this.probe()
      quiet = state() === last ? quiet + 1 : 0
      last = state()
    }
  }

  /** Sends pieces, each as a packet of its own, waits until all is said, and leaves. */
  async talk(pieces: readonly string[]): Promise<Heard> {
    const client = new RawClient(this.proxy.port)
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await this.probe()
      client.write(piece)
    }
    await this.settle(client)
    const heard = client.heard
    client.close()
    await this.probe()
    return heard
  }

  /** One request whose server speaks as it likes. @returns what the client heard, and what the server was told on */
  async answered({ request, server: name, pieces, end }: Spoken): Promise<{
    readonly heard: Heard
    readonly connection: RecordedConnection
  }> {
    const client = new RawClient(this.proxy.port)
    const server = this[name]
    server.scripts.push(() => undefined)
    client.write(request)
    await this.settle(client)
    const connection = server.seen[0]?.connection
    if (!connection) throw new Error(`the server has received nothing: ${client.heard.text}`)
    for (const piece of pieces) {
      if (connection.socket.writable) connection.socket.write(piece, 'latin1')
      await this.probe()
    }
    if (end === 'in order') connection.socket.end()
    else if (end === 'cut') connection.socket.resetAndDestroy()
    await this.settle(client)
    const heard = client.heard
    client.close()
    await this.probe()
    return { heard, connection }
  }

  /** Ordinary requests of several people at once. @throws Error when somebody does not get exactly the answer to his own */
  async others(name: Spoken['server'], count: number): Promise<readonly RecordedConnection[]> {
    const { seen } = this[name]
    const before = seen.length
    const clients = Array.from({ length: count }, (_, i) => {
      const client = new RawClient(this.proxy.port)
      client.write(`GET /user/${name}/other-${i} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
      return client
    })
    try {
      for (const [i, client] of clients.entries()) {
        const { text } = await client.until((heard) => /\r\n\r\nseen \d+$/.test(heard.text))
        const { whole } = readAnswers(text, { methods: ['GET'], ended: false })
        const mine = seen.find(({ request }) => request.target === `/user/${name}/other-${i}`)
        if (whole.length !== 1 || whole[0]?.body !== `seen ${mine?.id}`)
          throw new Error(`somebody else heard ${JSON.stringify(text)}`)
      }
    } finally {
      for (const client of clients) client.close()
    }
    return seen.slice(before).map(({ connection }) => connection)
  }
}

/** What a hostile server does after it has received a request. */
export interface Spoken {
  /** Whose: ada's on a unix socket, or bob's on TCP. */
  readonly server: 'ada' | 'bob'
  readonly request: string
  /** What it writes, each piece on its own. */
  readonly pieces: readonly string[]
  readonly end: 'stay' | 'in order' | 'cut'
}

/** Speaks bytes, and keeps what it hears. */
export class RawClient {
  readonly #socket: Socket
  #text = ''
  #end: Heard['end'] = 'open'
  #moved = Promise.withResolvers<void>()

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (data: string) => {
      this.#text += data
      this.#move()
    })
    this.#socket.once('end', () => this.#over('in order'))
    this.#socket.once('error', () => this.#over('cut'))
    this.#socket.once('close', () => this.#over('cut'))
  }

  get heard(): Heard {
    return { text: this.#text, end: this.#end }
  }

  forget(): void {
    this.#text = ''
  }

  write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1')
  }

  /** How many bytes it could not say yet. */
  get unsent(): number {
    return this.#socket.writableLength
  }

  /** Takes nothing of what it hears any more. */
  pause(): void {
    this.#socket.pause()
  }

  /** The end of what it has to say; it still listens. */
  halfClose(): void {
    this.#socket.end()
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Until something is heard, or a little time has passed. */
  async moved(): Promise<void> {
    const timer = setTimeout(() => this.#move(), 1000)
    await this.#moved.promise
    clearTimeout(timer)
  }

  /** Until `done`. */
  async until(done: (heard: Heard) => boolean): Promise<Heard> {
    const deadline = Date.now() + LONGEST_MS
    while (!done(this.heard)) {
      if (Date.now() > deadline)
        throw new Error(`still waiting; heard: ${JSON.stringify(this.heard)}`)
      await this.moved()
    }
    return this.heard
  }

  #over(how: 'in order' | 'cut'): void {
    if (this.#end === 'open') this.#end = how
    this.#move()
  }

  #move(): void {
    this.#moved.resolve()
    this.#moved = Promise.withResolvers()
  }
}
