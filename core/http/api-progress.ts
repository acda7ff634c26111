import { Readable } from 'node:stream'

import type { FastifyInstance } from 'fastify'

import { pathsOf } from '#core/contract/endpoints.ts'
import { followStart } from '#core/contract/progress.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProgressEvent } from '#core/domain/servers/progress.ts'
import { quote } from '#core/domain/servers/server.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, requireOneOf, targetOf } from './mount.ts'

/** A blank line now and then keeps proxies from closing a quiet stream (JupyterHub's interval). */
const KEEP_ALIVE_MS = 8000

/** The event stream of a start, in JupyterHub's format. */
export function mountProgress(
  app: FastifyInstance,
  gate: Gate,
  { servers, users }: HubHttpDeps,
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
      const events = await servers.progress(id, leave.signal)
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
