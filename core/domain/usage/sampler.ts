import type { Clock } from '#core/base/clock.ts'

import type { ServerStore } from '../servers/server-store.ts'
import type { Server } from '../servers/server.ts'
import type { Spawner } from '../servers/spawner.ts'
import type { ServerUsage } from '../servers/usage.ts'
import type { UsageSample, UsageStore } from './usage-store.ts'

export const SAMPLE_MS = 60_000
const DAY_MS = 86_400_000

interface SamplerDeps {
  readonly servers: Pick<ServerStore, 'listActive'>
  readonly spawner: Pick<Spawner, 'usage'>
  readonly store: UsageStore
  readonly clock: Clock
  readonly settings: () => { readonly keepMs: number }
}

/** Writes down, minute by minute, what servers use, and forgets it in time. */
export class UsageSampler {
  readonly #deps: SamplerDeps
  /** Seconds of processor time at the last look, by `publicId`. */
  #before = new Map<string, number>()

  constructor(deps: SamplerDeps) {
    this.#deps = deps
  }

  async sample(): Promise<void> {
    const { servers, spawner, store, clock } = this.#deps
    const running = (await servers.listActive()).filter(({ state }) => state === 'ready')
    const handles = running.flatMap(({ handle }) => handle ?? [])
    const usage = await spawner.usage(handles)
    const now = clock.now()
    const before = this.#before
    this.#before = new Map()
    const samples = running.flatMap((server) => {
      const used = usage.get(server.publicId)
      if (!used) return []
      if (used.cpu.value !== null) this.#before.set(server.publicId, used.cpu.value)
      return [sampleOf(server, used, before.get(server.publicId), now)]
    })
    await store.add(samples)
  }

  async prune(): Promise<void> {
    const { store, clock, settings } = this.#deps
    const now = clock.now().getTime()
    await store.prune({
      minutes: new Date(now - DAY_MS),
      hours: new Date(now - settings().keepMs),
    })
  }
}

function sampleOf(
  { id, userId, startedAt }: Server,
  { memory, cpu, disk }: ServerUsage,
  before: number | undefined,
  now: Date,
): UsageSample {
  // What was used before this hub first looked belongs to this minute only when the server is as young.
  const isYoung = startedAt !== null && now.getTime() - startedAt.getTime() < 2 * SAMPLE_MS
  const since = before ?? (isYoung ? 0 : cpu.value)
  return {
    id,
    userId,
    at: new Date(Math.floor(now.getTime() / SAMPLE_MS) * SAMPLE_MS),
    memory: memory.value,
    // A process that ended without a word takes its time with it.
    cpuMs:
      cpu.value === null || since === null
        ? null
        : Math.round(Math.max(0, cpu.value - since) * 1000),
    disk: disk.value,
  }
}
