import type { FastifyInstance } from 'fastify'

import { PROTOCOL_VERSION } from '#core/contract/hub.ts'
import { getInfo } from '#core/contract/info.ts'

import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

/** `GET /info`, in the form that JupyterHub's clients know. */
export function mountInfo(
  app: FastifyInstance,
  gate: Gate,
  { config, version }: Pick<HubHttpDeps, 'config' | 'version'>,
): void {
  const used = (name: string) => {
    const value = config.report().settings.find((setting) => setting.name === name)?.value
    return typeof value === 'string' ? value : ''
  }
  mount(app, gate, getInfo, async () => ({
    version: PROTOCOL_VERSION,
    python: `Node.js ${process.version}`,
    sys_executable: process.execPath,
    spawner: { class: used('spawner.use'), version },
    authenticator: { class: used('authenticator.use'), version },
    bulkhead: version,
  }))
}
