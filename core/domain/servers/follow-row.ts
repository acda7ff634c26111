import { HubError } from '../errors.ts'
import type { ProgressLog } from './progress-log.ts'
import type { ProgressEvent } from './progress.ts'
import type { ServerLifeDeps } from './server-life.ts'
import { prefixOf, type Server, type ServerId } from './server.ts'

/** How often the row of a server is read that another hub works on: at first, and at most. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 1500

/** Adds to the log what the row tells of a start that goes on in another hub, to its end or until `signal` aborts. */
export async function followRow(
  deps: ServerLifeDeps,
  id: ServerId,
  log: ProgressLog,
  signal?: AbortSignal,
): Promise<void> {
  let shown = ''
  for (const wait of waits()) {
    try {
      const server = await deps.servers.find(id)
      if (server?.state === 'ready' && !deps.leases.isMine(server)) await openWay(deps, server)
      const event = eventOf(server)
      if (event.message !== shown) log.add(event)
      shown = event.message
      if (server?.state !== 'spawning') return
    } catch (error) {
      // Whoever watches goes on watching when the database, or the proxy, is back.
      if (!(error instanceof HubError && error.code === 'unavailable')) throw error
    }
    await deps.clock.sleep(wait, signal)
  }
}

/** Waits until the server is no more on its way up or down, wherever that is done, or until `ms` have passed. The row as it is then. */
export async function untilSettled(
  deps: ServerLifeDeps,
  id: ServerId,
  ms: number,
): Promise<Server | undefined> {
  const { servers, clock } = deps
  const deadline = clock.now().getTime() + ms
  for (const wait of waits()) {
    const server = await servers.find(id)
    if (server?.state === 'ready' && !deps.leases.isMine(server)) await openWay(deps, server)
    if (server?.state !== 'spawning' && server?.state !== 'stopping') return server
    const left = deadline - clock.now().getTime()
    if (left <= 0) return server
    await clock.sleep(Math.min(wait, left))
  }
}

/** Opens the way to a ready server through this hub's own proxy, which may not have heard of it yet. */
export async function openWay({ routes }: ServerLifeDeps, server: Server): Promise<void> {
  const { id, address } = server
  if (address)
    await routes.add({
      prefix: prefixOf(id),
      target: address,
      user: id.user,
      serverName: id.name,
    })
}

/** Where a start is, as far as its row tells. */
export function eventOf(server: Server | undefined): ProgressEvent {
  switch (server?.state) {
    case 'ready': {
      const url = prefixOf(server.id)
      return { progress: 100, ready: true, message: `Server ready at ${url}`, url }
    }
    case 'failed': {
      const { reason = 'The reason is not known.', log = [] } = server.failure ?? {}
      return {
        progress: 100,
        failed: true,
        message: `The server did not start. ${reason}`,
        log,
      }
    }
    case 'spawning':
      return server.handle === null
        ? { progress: 0, message: 'Server requested' }
        : { progress: 50, message: 'Waiting for the server to answer' }
    case 'stopping':
    case 'stopped':
    case undefined:
      return { progress: 100, failed: true, message: 'The start was given up.' }
  }
}

function* waits(): Generator<number> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) yield wait
}
