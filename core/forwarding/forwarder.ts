import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'

import type { Connections, Outgoing } from './connections.ts'
import { credentialsOf } from './credentials.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { CloseReason, ForwardingRoute, LiveConnection } from './routes.ts'

/** Methods that may be sent twice (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Methods that change nothing: pages that stay open send them all the time, with nobody before them. */
const LOOKING_ON = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A server that accepts a request but says nothing for so long is given up; a slow answer may take as long as it likes. */
const SILENCE_MS = 3_600_000

/** Name and value in turn: what an answer says that switches to a websocket. */
const SWITCHED = ['Connection', 'Upgrade', 'Upgrade', 'websocket']

/** How a request could not be passed on: the server behind is not there, or broke off before it answered. */
export type Unreachable = (why: Error) => void

/** Passes requests on to the servers behind, and answers back, as streams in both directions. */
export class Forwarder {
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  /** One request. `unreachable` answers it when no byte of an answer has come. */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    { route, secure }: { readonly route: ForwardingRoute; readonly secure: boolean },
    unreachable: Unreachable,
  ): void {
    const outgoing = outgoingOf(request, { secure, upgrade: false })
    if (!LOOKING_ON.has(outgoing.method)) route.lastUse = new Date()
    const mayRepeat = IDEMPOTENT.has(outgoing.method) && !hasBody(request)
    // Hashed only when somebody asks: most requests are over long before.
    const live: LiveConnection = {
      close: () => response.destroy(),
      credentials: () => credentialsOf(request),
    }
    route.live.add(live)
    response.once('close', () => route.live.delete(live))

    const first = this.#connections.send(route.target, outgoing)
    this.#exchange(first, { request, response, route }, (why) => {
      // A connection that was kept open may have been closed by the server in the same moment.
      if (mayRepeat && first.reusedSocket && !response.destroyed) {
        this.#exchange(
          this.#connections.sendAlone(route.target, outgoing),
          { request, response, route },
          unreachable,
        )
      } else unreachable(why)
    })
  }

  #exchange(
    outgoing: ClientRequest,
    {
      request,
      response,
      route,
    }: {
      readonly request: IncomingMessage
      readonly response: ServerResponse
      readonly route: ForwardingRoute
    },
    failed: Unreachable,
  ): void {
    let answered = false
    const giveUp = () => outgoing.destroy()
    response.once('close', giveUp)
    outgoing.setTimeout(SILENCE_MS, giveUp)
    const broken = (error: Error) => {
      response.off('close', giveUp)
      if (answered || response.headersSent) response.destroy()
      else if (!response.destroyed) failed(error)
    }
    outgoing.once('error', broken)
    outgoing.on('continue', () => response.writeContinue())
    outgoing.once('upgrade', (_answer, socket) => {
      socket.destroy()
      broken(new Error('it switched protocols unasked'))
    })
    outgoing.once('response', (answer) => {
      answered = true
      if ((answer.statusCode ?? 500) < 300) route.lastActivity = new Date()
      answerWith(answer, response)
    })
    if (hasBody(request)) {
      request.on('data', () => (route.lastActivity = new Date()))
      pipeline(request, outgoing, () => undefined)
    } else outgoing.end()
  }

  /** One websocket: after the server has agreed, bytes go both ways untouched until either side, or the route, ends. */
  upgrade(
    request: IncomingMessage,
    client: Duplex,
    {
      route,
      secure,
      head,
    }: { readonly route: ForwardingRoute; readonly secure: boolean; readonly head: Buffer },
    unreachable: Unreachable,
  ): void {
    const outgoing = this.#connections.sendAlone(
      route.target,
      outgoingOf(request, { secure, upgrade: true }),
    )
    // What is kept for hours holds no secret.
    const credentials = credentialsOf(request)
    let opened: Socket | undefined
    // On the list before the server agrees: what ends in between must not come to be.
    const live: LiveConnection = {
      close: (why) => {
        if (opened) closeWebsocket(client, why)
        else client.destroy()
        opened?.destroy()
      },
      credentials: () => credentials,
    }
    route.live.add(live)
    client.once('close', () => {
      route.live.delete(live)
      outgoing.destroy()
    })
    client.once('error', () => outgoing.destroy())
    outgoing.once('error', (error) => {
      if (!client.destroyed) unreachable(error)
    })
    outgoing.once('response', (answer) => {
      // The server would rather answer than switch: its refusal goes to the client as it is, and the connection ends.
      client.write(
        statusLine(answer) + headerLines([...responseHeaders(answer), 'Connection', 'close']),
      )
      pipeline(answer, client, () => client.destroy())
    })
    outgoing.once('upgrade', (answer, server: Socket, serverHead) => {
      opened = server
      client.write(statusLine(answer) + headerLines([...responseHeaders(answer), ...SWITCHED]))
      if (serverHead.length > 0) client.write(serverHead)
      if (head.length > 0) server.write(head)
      client.on('data', (data: Buffer) => {
        route.lastActivity = new Date()
        if (!isPong(data)) route.lastUse = route.lastActivity
      })
      join(client, server)
    })
    outgoing.end()
  }
}

/** A browser answers a server's ping by itself, with a frame of this opcode (RFC 6455 section 5.5.3). */
function isPong(data: Buffer): boolean {
  return ((data[0] ?? 0) & 0x0f) === 0x0a
}

/** Bytes both ways, until either side ends. */
function join(client: Duplex, server: Socket): void {
  const over = () => {
    client.destroy()
    server.destroy()
  }
  server.setTimeout(0)
  server.setNoDelay(true)
  pipeline(client, server, over)
  pipeline(server, client, over)
}

function outgoingOf(
  request: IncomingMessage,
  options: { readonly secure: boolean; readonly upgrade: boolean },
): Outgoing {
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: requestHeaders(request, options),
  }
}

/** RFC 9112 section 6: a body is announced by one of these, and by nothing else. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function answerWith(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer))
  // Server-sent events and long answers begin before they end.
  response.flushHeaders()
  pipeline(answer, response, (error) => {
    if (error) response.destroy()
  })
}

function statusLine({ statusCode, statusMessage }: IncomingMessage): string {
  return `HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ''}\r\n`
}

function headerLines(raw: readonly string[]): string {
  let lines = ''
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`
  return `${lines}\r\n`
}

/** Close codes of RFC 6455 section 7.4.1: "going away", and "violates a policy". */
const CLOSE_CODES = { 'route gone': 1001, 'access ended': 1008 } as const

/** A close frame (RFC 6455 section 5.5.1), then the end. */
function closeWebsocket(client: Duplex, why: CloseReason): void {
  if (client.destroyed) return
  const frame = Buffer.from([0x88, 0x02, 0, 0])
  frame.writeUInt16BE(CLOSE_CODES[why], 2)
  client.end(frame)
}
