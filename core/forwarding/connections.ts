import { Agent, type ClientRequest, request } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

import { connectTo } from '#core/base/unix-socket.ts'

import type { Target } from './target.ts'

/** Quiet connections are kept this long, and at most so many to one target. */
const IDLE_MS = 4000
const MOST_IDLE = 64

export interface Outgoing {
  readonly method: string
  /** Exactly as the client sent it. */
  readonly path: string
  readonly headers: readonly string[]
}

/**
 * Connections to the servers behind. Kept open between requests by Node's own agent, one for each target, so that a socket which
 * was checked when it was opened is only ever used for the target that it was opened for.
 */
export class Connections {
  readonly #agents = new Map<string, Agent>()

  /** Begins a request. Errors, those of the socket's check included, are events of what is returned. */
  send(target: Target, { method, path, headers }: Outgoing): ClientRequest {
    return request({
      agent: this.#agentFor(target),
      method,
      path,
      headers: [...headers],
      setHost: false,
    })
  }

  /** As `send`, on a connection of its own: for websockets, and for a second try after a kept connection was dead. */
  sendAlone(target: Target, { method, path, headers }: Outgoing): ClientRequest {
    return request({
      agent: new OwnAgent(target, { keepAlive: false }),
      method,
      path,
      headers: [...headers],
      setHost: false,
    })
  }

  /** For how many targets there is something. */
  get targets(): number {
    return this.#agents.size
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  #agentFor(target: Target): Agent {
    const key = JSON.stringify(target)
    const known = this.#agents.get(key)
    if (known) return known
    this.#forgetQuiet()
    const agent = new OwnAgent(target, {
      keepAlive: true,
      maxFreeSockets: MOST_IDLE,
      timeout: 0,
      keepAliveMsecs: IDLE_MS,
    })
    this.#agents.set(key, agent)
    return agent
  }

  /** Every start of a server is another target: those to which nothing is open are made anew when they are asked for again. */
  #forgetQuiet(): void {
    for (const [key, { sockets, freeSockets, requests }] of this.#agents)
      if ([sockets, freeSockets, requests].every((open) => Object.keys(open).length === 0))
        this.#agents.delete(key)
  }
}

class OwnAgent extends Agent {
  readonly #target: Target

  constructor(target: Target, options: ConstructorParameters<typeof Agent>[0]) {
    super(options)
    this.#target = target
  }

  override createConnection(
    _options: object,
    done?: (error: Error | null, socket: Socket) => void,
  ): Socket | undefined {
    try {
      return open(this.#target)
    } catch (error) {
      // The agent takes the error by the callback, and makes it an event of the request.
      const failure = error instanceof Error ? error : new Error(String(error))
      const nothing: unknown = undefined
      done?.(failure, nothing as Socket)
      return undefined
    }
  }
}

function open(target: Target): Socket {
  if (target.kind === 'unix') return connectTo(target.path, target.owner)
  const { host, port, secure = false, address } = target
  if (!secure) return connect(port, address ?? host)
  // The certificate is checked against the host's name, also where the address is given.
  const servername = isIP(host) === 0 ? host : ''
  return connectSecurely({ host: address ?? host, port, servername, ALPNProtocols: ['http/1.1'] })
}
