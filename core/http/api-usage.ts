import type { FastifyInstance } from 'fastify'

import { getUsage, getUserUsage, type UsageBody } from '#core/contract/usage.ts'
import type { UsageSpan } from '#core/domain/usage/usage-store.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

const HOUR_MS = 3_600_000

/** What servers used: of all, of one person. */
export function mountUsage(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { usage, users, clock } = deps
  const shown = async (
    { hours, step }: { readonly hours: number; readonly step: 'minute' | 'hour' },
    user: string | undefined,
  ): Promise<UsageBody> => {
    const query = { user, from: new Date(clock.now().getTime() - hours * HOUR_MS) }
    const spans = await (step === 'minute' ? usage.minutes(query) : usage.hours(query))
    const totals = await usage.totals(query)
    return {
      from: query.from.toISOString(),
      step,
      spans: spans.map((span) => ({ at: span.at.toISOString(), ...usedBody(span) })),
      servers: totals.map(({ id, ...total }) => ({
        user: id.user,
        server: id.name,
        ...usedBody(total),
      })),
    }
  }

  mount(app, gate, getUsage, async ({ params }) => shown(params, undefined))
  mount(app, gate, getUserUsage, async ({ params }) =>
    shown(params, (await users.get(params.user)).name),
  )
}

function usedBody({ minutes, memoryMean, memoryMost, cpuMs, diskMost }: Omit<UsageSpan, 'at'>) {
  return {
    minutes,
    memory_mean: memoryMean,
    memory_most: memoryMost,
    cpu_seconds: cpuMs / 1000,
    disk_most: diskMost,
  }
}
