import type { Operations } from './operations.ts'
import { ProgressLog } from './progress-log.ts'
import type { ServerLifeDeps } from './server-life.ts'
import { prefixOf, type Server } from './server.ts'

/** Takes a `stopping` server down: ends a running start first. The row is `stopped` when nothing of it is left. */
export async function bringDown(
  deps: ServerLifeDeps,
  operations: Operations,
  server: Server,
): Promise<void> {
  const before = operations.of(server.id)
  before?.cancel.abort(new Error('the server is being stopped'))
  before?.progress.add({ progress: 100, failed: true, message: 'The start was given up.' })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const operation = {
    is: 'stopping',
    progress: new ProgressLog(),
    cancel: new AbortController(),
  } as const
  operations.run(server, operation, async () => {
    try {
      await before?.done
      await takeDown(deps, server)
      resolve()
    } catch (error) {
      reject(error)
    }
  })
  await promise
}

async function takeDown(deps: ServerLifeDeps, { id, publicId }: Server): Promise<void> {
  const { servers, leases, spawner, routes, tokens, clock, events } = deps
  const server = await servers.find(id)
  if (server?.state !== 'stopping' || server.publicId !== publicId) return
  await routes.remove(prefixOf(id))
  // A start that was cut off may have made a process whose handle was never written.
  const handle =
    server.handle ?? (await spawner.list()).find((other) => other.publicId === publicId)
  if (handle) await spawner.stop(handle)
  await tokens.revoke(server)
  await spawner.cleanUp(publicId)
  const moved = await servers.move(
    id,
    { states: ['stopping'], publicId, holder: leases.holder },
    { state: 'stopped', stateSince: clock.now(), handle: null, address: null },
  )
  if (!moved) return
  events.stopped(server)
  if (moved.wanted === 'removed') await servers.remove(id)
}
