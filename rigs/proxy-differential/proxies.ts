import { type ChildProcess, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { Backend } from './backend.ts'
import type { Case } from './case.ts'
import type { Outcome } from './compare.ts'
import type { Certificates } from './certificates.ts'
import { exchange, type Place } from './wire.ts'

const ROOT = join(import.meta.dirname, '../..')
const TOKEN = 'the-token-of-the-comparison'
const START_MS = 15_000
export const PROGRAMS = {
  theirs: join(ROOT, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy'),
  ours: join(ROOT, 'apps/proxy/main.ts'),
} as const

/** How both are started. `TARGET`, `DEAD` and `ERRORS` in a flag stand for the server behind, an address where nobody
 * listens, and a folder of error pages; in a route also `SOCKET`, the quoted socket of the server behind. */
export interface World {
  readonly flags?: readonly string[]
  /** The public side speaks TLS, or the server behind does. */
  readonly tls?: { readonly front?: true; readonly back?: true; readonly api?: true }
  /** Routes that are there from the start: path and target. */
  readonly routes: Readonly<Record<string, string>>
  readonly token?: string
  readonly cases: readonly Case[]
}

/** Where it is reached, and a port at which nobody listens. */
interface Places {
  readonly front: Place
  readonly api: Place
  readonly redirect: Place
  readonly dead: number
}

/** One proxy with a server behind it that tells what it receives. */
export class ComparedProxy implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #backend: Backend
  readonly #places: Places
  #output = ''

  private constructor(process: ChildProcess, places: Places, backend: Backend) {
    this.#process = process
    this.#backend = backend
    this.#places = places
    for (const stream of [process.stdout, process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text))
  }

  /** Starts it; a port that another program took in the same moment is given up for another one. */
  static async start(
    program: string,
    world: World,
    certificates: Certificates,
  ): Promise<ComparedProxy> {
    for (let tries = 2; ; tries--) {
      try {
        return await ComparedProxy.#start(program, world, certificates)
      } catch (error) {
        if (tries === 0 || !/EADDRINUSE|is taken/.test(String(error))) throw error
      }
    }
  }

  static async #start(
    program: string,
    { flags = [], tls = {}, routes, token = TOKEN }: World,
    certificates: Certificates,
  ): Promise<ComparedProxy> {
    const backend = await Backend.open(tls.back ? certificates.server : undefined)
    const [front = 0, api = 0, dead = 0, redirect = 0] = await freePorts(4)
    const places: Readonly<Record<string, string>> = {
      TARGET: `127.0.0.1:${backend.port}`,
      DEAD: `127.0.0.1:${dead}`,
      ERRORS: join(import.meta.dirname, 'error-pages'),
      CERT: certificates.cert,
      REDIRECT: String(redirect),
    }
    const args = [
      program,
      '--ip=127.0.0.1',
      `--port=${front}`,
      '--api-ip=127.0.0.1',
      `--api-port=${api}`,
      ...(tls.front ? certificates.flags('--ssl') : []),
      ...(tls.api ? certificates.flags('--api-ssl') : []),
      ...flags.map((flag) =>
        flag.replaceAll(/TARGET|DEAD|ERRORS|CERT|REDIRECT/g, (name) => places[name] ?? ''),
      ),
    ]
    const child = spawn(process.execPath, args, {
      env: { PATH: '/usr/bin:/bin', CONFIGPROXY_AUTH_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const proxy = new ComparedProxy(
      child,
      {
        front: { port: front, secure: tls.front === true },
        api: { port: api, secure: tls.api === true },
        redirect: { port: redirect, secure: false },
        dead,
      },
      backend,
    )
    try {
      await Promise.all([front, api].map((port) => proxy.#listens(port)))
      for (const [path, target] of Object.entries(routes)) await proxy.#addRoute(path, target)
      return proxy
    } catch (error) {
      await proxy[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Runs one case. */
  async run({ to, wire, activity, says }: Case): Promise<Outcome> {
    const before = activity === undefined ? '' : await this.#lastActivity(activity)
    if (activity !== undefined) await delay(3)
    const answer = await exchange(this.#places[to], this.#filled(wire), says)
    if (this.#process.exitCode !== null) throw new Error(`the proxy ended: ${this.#output}`)
    const received = await this.#backend.take()
    const after = activity === undefined ? '' : await this.#lastActivity(activity)
    return this.#steady({
      answer,
      received,
      activity: activity === undefined ? undefined : after === before ? 'not noted' : 'noted',
    })
  }

  async #addRoute(path: string, target: string): Promise<void> {
    const body = JSON.stringify({ target: this.#filled(target) })
    const { status } = await exchange(
      this.#places.api,
      `POST /api/routes${path} HTTP/1.1\r\nHost: x\r\nAuthorization: token ${TOKEN}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    if (status !== 201) throw new Error(`no route ${path}: ${status}\n${this.#output}`)
  }

  async #lastActivity(path: string): Promise<string> {
    const { body } = await exchange(
      this.#places.api,
      `GET /api/routes${path} HTTP/1.1\r\nHost: x\r\nAuthorization: token ${TOKEN}\r\nConnection: close\r\n\r\n`,
    )
    return /"last_activity":"([^"]+)"/.exec(body)?.[1] ?? ''
  }

  #filled(text: string): string {
    const whole = text
      .replaceAll('TARGET', `127.0.0.1:${this.#backend.port}`)
      .replaceAll('SOCKET', encodeURIComponent(this.#backend.socket))
      .replaceAll('DEAD', `127.0.0.1:${this.#places.dead}`)
      .replaceAll('TOKEN', TOKEN)
    // What is sent has a byte for each character.
    const body = whole.slice(whole.indexOf('\r\n\r\n') + 4)
    return whole.replace('LENGTH', String(body.length))
  }

  /** Without what can only differ: ports. */
  #steady(outcome: Outcome): Outcome {
    const text = JSON.stringify(outcome)
      .replaceAll(encodeURIComponent(this.#backend.socket), 'SOCKET')
      .replaceAll(String(this.#backend.port), 'BACK')
      .replaceAll(String(this.#places.front.port), 'FRONT')
      .replaceAll(String(this.#places.api.port), 'API')
      .replaceAll(String(this.#places.dead), 'DEAD')
    return JSON.parse(text) as Outcome
  }

  async #listens(port: number): Promise<void> {
    const deadline = Date.now() + START_MS
    while (!(await canConnect(port))) {
      if (this.#process.exitCode !== null || Date.now() > deadline)
        throw new Error(`the proxy does not listen: ${this.#output}`)
      await delay(20)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve))
      this.#process.kill('SIGKILL')
      await ended
    }
    await this.#backend[Symbol.asyncDispose]()
  }
}

export function canConnect(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

/** Ports that were free a moment ago, each another. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address()
      await new Promise((resolve) => server.close(resolve))
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
}
