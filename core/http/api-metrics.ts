import type { FastifyInstance } from 'fastify'

import { getMetrics } from '#core/contract/metrics.ts'
import { HubError } from '#core/domain/errors.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, requireOneOf } from './mount.ts'

/** The hub in numbers, for who may see them, or for everybody where the settings say so. */
export function mountMetrics(
  app: FastifyInstance,
  gate: Pick<Gate, 'authenticate' | 'rights'>,
  { metrics }: Pick<HubHttpDeps, 'metrics'>,
): void {
  app.get(getMetrics.path, async (request, reply) => {
    if (metrics.forWhom() === 'authenticated') {
      const caller = await gate.authenticate(request)
      if (!caller) throw new HubError('not_signed_in', 'Missing or invalid credentials.')
      await requireOneOf(gate, getMetrics, caller, {})
    }
    return reply.type(metrics.contentType).send(await metrics.text())
  })
}
