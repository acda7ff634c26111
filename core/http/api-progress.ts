import type { FastifyInstance } from 'fastify'

import { pathsOf } from '#core/contract/endpoints.ts'
import { followStart } from '#core/contract/progress.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ProgressEvent } from '#core/domain/servers/progress.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'

import { sendEvents } from './event-stream.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, requireOneOf, targetOf } from './mount.ts'

/** The event stream of a start, in JupyterHub's format. */
export function mountProgress(
  app: FastifyInstance,
  gate: Gate,
  { servers, users, addresses, clock }: HubHttpDeps,
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
      return sendEvents(reply, { events: allShown(events, addresses), leave, clock })
    })
  }
}

async function* allShown(
  events: AsyncIterable<ProgressEvent>,
  addresses: Addresses,
): AsyncGenerator<object> {
  for await (const event of events) yield shown(event, addresses)
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
