import type { Server } from '../servers/server.ts'

/** What goes on in a server. */
export interface Occupied {
  /** What keeps it alive, in words, such as "a kernel is busy"; null: nothing. */
  readonly busy: string | null
  /** When its kernels were last active; null when there are none. */
  readonly lastActivity: Date | null
}

/** Asks a running server what goes on in it. */
export interface Occupancy {
  /** @throws HubError `unavailable` when it does not answer in time, or not in a form that is understood */
  ask(server: Server): Promise<Occupied>
}
