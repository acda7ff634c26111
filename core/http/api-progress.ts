import { Readable } from 'node:stream'

import type { FastifyInstance } from 'fastify'

import { pathsOf } from '#core/contract/endpoints.ts'
import { followStart } from '#core/contract/progress.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProgressEvent } from '#core/domain/servers/progress.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, requireOneOf, targetOf } from './mount.ts'

/** A blank line now and then keeps proxies from closing a quiet stream (JupyterHub's interval). */
const KEEP_ALIVE_MS = 8000

/** The event stream of a start, in JupyterHub's format. */
export function mountProgress(
  app: FastifyInstance,
  gate: Gate,
  { servers, users, addresses }: HubHttpDeps,
): void {
  for (const shape of pathsOf(followStart)) {
    app.get(shape, async (request, reply) => {
      const caller = await gate.authenticate(request)
      if (!caller) throw new HubError('not_signed_in', 'Missing or invalid credentials.')
      const params = followStart.params.parse(request.params)
      await requireOneOf(gate, followStart, caller, targetOf(params))
      const leave = new AbortController()
      const user = (await users.get(params.user)).name
      const id = { user, name: params.server }
      if (id.name !== '' && !(await servers.get(id)))
        throw new HubError('not_found', 'there is no such server')
      const events = await servers.progress(id, leave.signal)
      const stream = Readable.from(eventLines(events, addresses))
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
async function* eventLines(
  events: AsyncIterable<ProgressEvent>,
  addresses: Addresses,
): AsyncGenerator<string> {
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
      yield `data: ${JSON.stringify(shown(found.value, addresses))}\n\n`
      next = iterator.next()
    }
  } finally {
    await iterator.return?.()
  }
}

/** What ends a good start says where the server is; with subdomains, on which host too. It holds nothing that HTML would read. */
function shown({ url: path, ...event }: ProgressEvent, addresses: Addresses): object {
  if (path === undefined) return event
  const url = addresses.locate(path)
  const link = `<a href="${url}">${url}</a>`
  return {
    ...event,
    message: `Server ready at ${url}`,
    url,
    html_message: `Server ready at ${link}`,
  }
}
