import { Readable } from 'node:stream'

import type { FastifyInstance } from 'fastify'
import * as z from 'zod'

import { getServer, startServer, stopServer } from '#core/contract/servers.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProgressEvent } from '#core/domain/servers/progress.ts'
import { quote, type ServerId } from '#core/domain/servers/server.ts'

import { serverBody } from './bodies.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount, requireOneOf, targetOf } from './mount.ts'

/** How long the answer to a start or stop may wait for the outcome (JupyterHub's slow_spawn_timeout). */
const WAIT_MS = 10_000
/** A blank line now and then keeps proxies from closing a quiet stream (JupyterHub's interval). */
const KEEP_ALIVE_MS = 8000

const ServerParams = z.object({ user: z.string(), server: z.string().default('') })
type ServerParams = z.output<typeof ServerParams>

/** A person's servers: start, stop, show, follow. The default server has paths of its own. */
export function mountServers(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { servers, users, publicUrl } = deps
  const idOf = async (params: ServerParams): Promise<ServerId> => {
    if (params.server !== '')
      throw new HubError('invalid', 'this hub has no named servers yet; leave the name away')
    return { user: (await users.get(params.user)).name, name: params.server }
  }

  for (const shape of ['/users/:user/server', '/users/:user/servers/:server']) {
    mount(app, gate, { ...getServer, path: shape }, async ({ params }) => {
      const server = await servers.get(await idOf(params))
      if (!server) throw new HubError('not_found', 'there is no such server')
      return serverBody(server, publicUrl)
    })

    mount(app, gate, { ...startServer, path: shape }, async ({ params, reply }) => {
      const id = await idOf(params)
      await servers.start(id)
      const server = await servers.settled(id, WAIT_MS)
      if (server?.state === 'failed')
        throw new HubError(
          'unavailable',
          `the server did not start. ${server.failure?.reason ?? ''}`,
        )
      void reply.code(server?.state === 'ready' ? 201 : 202)
    })

    mount(app, gate, { ...stopServer, path: shape }, async ({ params, reply }) => {
      const id = await idOf(params)
      const before = await servers.get(id)
      const stopping = servers.stop(id)
      // Whoever asks may leave; a stop that fails is noticed and tried again by the reconciling loop.
      stopping.catch(() => undefined)
      const over = new AbortController()
      await Promise.race([stopping, deps.clock.sleep(WAIT_MS, over.signal).catch(() => undefined)])
      over.abort(new Error('no more waiting'))
      const after = await servers.get(id)
      const gone =
        before === undefined ||
        after === undefined ||
        after.state === 'stopped' ||
        after.state === 'failed'
      void reply.code(gone ? 204 : 202)
    })
  }
  mountProgress(app, gate, deps, idOf)
}

/** The event stream of a start, in JupyterHub's format. */
function mountProgress(
  app: FastifyInstance,
  gate: Gate,
  { servers }: HubHttpDeps,
  idOf: (params: ServerParams) => Promise<ServerId>,
): void {
  for (const shape of ['/users/:user/server/progress', '/users/:user/servers/:server/progress']) {
    app.get(shape, async (request, reply) => {
      const caller = await gate.authenticate(request)
      if (!caller) throw new HubError('not_signed_in', 'Missing or invalid credentials.')
      const params = ServerParams.parse(request.params)
      await requireOneOf(gate, { scopes: ['read:servers'] }, caller, targetOf(params))
      const leave = new AbortController()
      const events = await servers.progress(await idOf(params), leave.signal)
      const stream = Readable.from(eventLines(events))
      stream.once('close', () => leave.abort())
      reply.raw.once('close', () => {
        leave.abort()
        stream.destroy()
      })
      return reply
        .type('text/event-stream')
        .header('cache-control', 'no-cache')
        .header('x-accel-buffering', 'no')
        .send(stream)
    })
  }
}

/** One `data:` line an event; an empty one at once, and again whenever nothing has happened for a while. */
async function* eventLines(events: AsyncIterable<ProgressEvent>): AsyncGenerator<string> {
  yield '\n\n'
  const iterator = events[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    for (;;) {
      const beat = Promise.withResolvers<'quiet'>()
      const timer = setTimeout(() => beat.resolve('quiet'), KEEP_ALIVE_MS)
      const found = await Promise.race([next, beat.promise])
      clearTimeout(timer)
      if (found === 'quiet') {
        yield '\n\n'
        continue
      }
      if (found.done === true) return
      const { url } = found.value
      yield `data: ${JSON.stringify({ ...found.value, ...(url !== undefined && { html_message: readyHtml(url) }) })}\n\n`
      next = iterator.next()
    }
  } finally {
    await iterator.return?.()
  }
}

/** The address is percent-encoded, so it holds nothing that HTML would read. */
function readyHtml(url: string): string {
  const shown = url
    .split('/')
    .map((part) => quote(decodeURIComponent(part)))
    .join('/')
  return `Server ready at <a href="${shown}">${shown}</a>`
}
