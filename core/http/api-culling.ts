import type { FastifyInstance } from 'fastify'

import { type CullingBody, exemptServer, getCulling, keepServer } from '#core/contract/culling.ts'
import { pathsOf } from '#core/contract/endpoints.ts'
import type { ServerParams } from '#core/contract/params.ts'
import type { Culler } from '#core/domain/activity/culler.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Server, ServerId } from '#core/domain/servers/server.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

/** When servers are stopped that nobody uses, and how they are kept. */
export function mountCulling(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { culler, servers, users } = deps
  const idOf = async ({ user, server }: ServerParams): Promise<ServerId> => ({
    user: (await users.get(user)).name,
    name: server,
  })
  const shown = async (id: ServerId) => {
    const server = await servers.get(id)
    if (!server) throw new HubError('not_found', 'there is no such server')
    return cullingBody(culler, server)
  }

  for (const path of pathsOf(getCulling)) {
    mount(app, gate, { ...getCulling, path }, async ({ params }) => shown(await idOf(params)))

    mount(app, gate, { ...keepServer, path }, async ({ params }) => {
      const id = await idOf(params)
      await shown(id)
      await culler.keep(id)
      return shown(id)
    })

    mount(app, gate, { ...exemptServer, path }, async ({ params, body }) => {
      const id = await idOf(params)
      await culler.exempt(id, body.exempt)
      return shown(id)
    })
  }
}

function cullingBody(culler: Pick<Culler, 'endOf'>, server: Server): CullingBody {
  const { end, warned } = culler.endOf(server)
  return {
    ends_at: end?.at.toISOString() ?? null,
    reason: end?.reason ?? null,
    warned,
    exempt: server.exempt,
  }
}
