import type { FastifyInstance } from 'fastify'

import { applyConfig, type ConfigReport, getConfig } from '#core/contract/config.ts'

import { type Gate, mount } from './mount.ts'

/** The settings of the running hub, which it reads from a file. */
export interface RunningConfig {
  report(): ConfigReport
  /** Looks at the file now. */
  apply(): Promise<ConfigReport>
}

/** What is in force, and taking on a changed file at once. */
export function mountConfig(
  app: FastifyInstance,
  gate: Gate,
  { config }: { readonly config: RunningConfig },
): void {
  mount(app, gate, getConfig, async () => config.report())
  mount(app, gate, applyConfig, () => config.apply())
}
