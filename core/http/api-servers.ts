import type { FastifyInstance } from 'fastify'

import type { ServerParams } from '#core/contract/params.ts'
import { pathsOf } from '#core/contract/endpoints.ts'
import {
  createServer,
  editServer,
  getServer,
  getServerLog,
  type ServerRequest as RequestBody,
  startServer,
  stopServer,
} from '#core/contract/servers.ts'
import { HubError } from '#core/domain/errors.ts'
import type { ServerRequest } from '#core/domain/servers/begin.ts'
import { isAtRest, type Server, type ServerId } from '#core/domain/servers/server.ts'

import { serverBody, stateBody } from './bodies.ts'
import type { Caller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount, requireOneOf } from './mount.ts'

/** How long the answer to a start or stop may wait for the outcome (JupyterHub's slow_spawn_timeout). */
const WAIT_MS = 10_000

/** A person's servers: make, start, stop, show, change, take away. The default server has paths of its own. */
export function mountServers(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { servers, users, rights, addresses } = deps
  const idOf = async ({ user, server }: ServerParams): Promise<ServerId> => ({
    user: (await users.get(user)).name,
    name: server,
  })
  const shown = async (server: Server, { scopes }: Caller) => {
    const { user, name } = server.id
    const target = { user, server: name }
    const withState = (await rights.holdsOneOf(scopes, ['admin:server_state'], target)) === 'yes'
    return { ...serverBody(server, addresses), ...(withState && { state: stateBody(server) }) }
  }

  for (const path of pathsOf(getServer)) {
    mount(app, gate, { ...getServer, path }, async ({ caller, params }) => {
      const server = await servers.get(await idOf(params))
      if (!server) throw new HubError('not_found', 'there is no such server')
      return shown(server, caller)
    })

    mount(app, gate, { ...getServerLog, path: `${path}/log` }, async ({ params }) => ({
      lines: [...(await servers.logTail(await idOf(params), params.lines))],
    }))

    mount(app, gate, { ...startServer, path }, async ({ params, body, reply }) => {
      const id = await idOf(params)
      await servers.start(id, requestOf(body))
      const server = await servers.settled(id, WAIT_MS)
      if (server?.state === 'failed')
        throw new HubError(
          'unavailable',
          `the server did not start. ${server.failure?.reason ?? ''}`,
        )
      void reply.code(server?.state === 'ready' ? 201 : 202)
    })

    mount(app, gate, { ...createServer, path }, async ({ caller, params, body }) =>
      shown(await servers.create(await idOf(params), requestOf(body)), caller),
    )

    mount(app, gate, { ...editServer, path }, async ({ caller, params, body }) => {
      const { name, display_name: displayName, user_options: userOptions } = body
      const id = await idOf(params)
      // Rights over one server alone end at its name.
      const target = { user: id.user, server: name ?? id.name }
      await requireOneOf({ rights }, editServer, caller, target)
      return shown(await servers.edit(id, { name, displayName, userOptions }), caller)
    })

    mount(app, gate, { ...stopServer, path }, async ({ params, body, reply }) => {
      const id = await idOf(params)
      const before = await servers.get(id)
      if (!before && id.name !== '')
        throw new HubError('not_found', `${id.user} has no server named '${id.name}'`)
      const gone = await unlessSlow(
        deps,
        body?.remove === true ? servers.remove(id) : servers.stop(id),
      )
      const after = gone ? undefined : await servers.get(id)
      void reply.code(after === undefined || isAtRest(after) ? 204 : 202)
    })
  }
}

/** Whether it is done within the time that an answer may take. What is refused at once is refused; what fails later is tried again. */
async function unlessSlow({ clock }: HubHttpDeps, work: Promise<void>): Promise<boolean> {
  const over = new AbortController()
  const slow = clock.sleep(WAIT_MS, over.signal).then(
    () => false,
    () => false,
  )
  const done = await Promise.race([work.then(() => true), slow])
  over.abort(new Error('no more waiting'))
  // Whoever asks may leave; a stop that fails is noticed and tried again by the reconciling loop.
  work.catch(() => undefined)
  return done
}

/** Neither a name nor options: then the whole body is the options (JupyterHub's older form). */
function requestOf(body: RequestBody): ServerRequest {
  if (!body || Object.keys(body).length === 0) return {}
  if (body.display_name === undefined && body.user_options === undefined)
    return { userOptions: body }
  return {
    displayName: body.display_name,
    userOptions: body.user_options ?? undefined,
  }
}
