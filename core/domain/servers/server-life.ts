import type { Clock } from '#core/base/clock.ts'

import type { UserStore } from '../users/user-store.ts'
import type { Leases } from './lease.ts'
import type { Addresses } from './addresses.ts'
import type { RouteTable } from './route-table.ts'
import type { ServerProbe } from './server-probe.ts'
import type { ServerStore } from './server-store.ts'
import type { ServerSettings } from './server-settings.ts'
import type { Server } from './server.ts'
import type { Spawner } from './spawner.ts'

/** Tokens of running servers: made for one start, void when it ends. */
export interface ServerTokens {
  issue(server: Server): Promise<string>
  revoke(server: Server): Promise<void>
}

/** Everything about servers that is worth a line in the log or a count. */
export interface ServerEvents {
  started(server: Server, tookMs: number): void
  failed(server: Server, reason: string): void
  stopped(server: Server): void
  orphanStopped(publicId: string): void
  /** Something went wrong that no caller waits for; it is tried again. */
  troubled(doing: string, error: unknown): void
}

/** What a server's life needs of the rest of the hub. */
export interface ServerLifeDeps {
  readonly servers: ServerStore
  readonly leases: Leases
  readonly users: Pick<UserStore, 'find' | 'findById' | 'touch'>
  readonly spawner: Spawner
  readonly probe: ServerProbe
  readonly routes: RouteTable
  readonly tokens: ServerTokens
  readonly clock: Clock
  readonly events: ServerEvents
  readonly settings: () => ServerSettings
  readonly addresses: Addresses
}

/** How many lines of a server's log go with a failure. */
export const LOG_LINES = 40
