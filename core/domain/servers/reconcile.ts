import { randomHex } from '#core/base/random.ts'

import { bringDown } from './bring-down.ts'
import type { Operations } from './operations.ts'
import { LOG_LINES, type ServerLifeDeps } from './server-life.ts'
import { prefixOf, type Server, type SpawnHandle } from './server.ts'

/**
 * Makes what is match what is wanted: ends processes that no row knows, finishes or begins anew what was half-way when
 * a hub died, notices servers that ended by themselves, mends routes. One bad server does not keep the others waiting.
 */
export async function reconcile(deps: ServerLifeDeps, operations: Operations): Promise<void> {
  // The processes are listed before the rows: a row is written before its process is made.
  const running = await deps.spawner.list()
  const rows = await deps.servers.listActive()
  const known = new Set(rows.map(({ publicId }) => publicId))
  const alive = new Map(running.map((handle) => [handle.publicId, handle]))
  for (const handle of running.filter(({ publicId }) => !known.has(publicId))) {
    await operations.attempt('ending a process that no server knows', async () => {
      // Another hub may have stopped it since.
      if ((await deps.spawner.inspect(handle)).is === 'gone') return
      await deps.spawner.stop(handle)
      await deps.spawner.cleanUp(handle.publicId)
      deps.events.orphanStopped(handle.publicId)
    })
  }
  // In the order in which they were asked for, so that a line of starts that a hub left is the same line again.
  for (const row of rows.toSorted((a, b) => startOf(a) - startOf(b))) {
    // What was just found running needs no second look: in a quiet hub that is every server.
    if (operations.of(row.id) || isPlainlyReady(row, alive.get(row.publicId))) continue
    await operations.attempt(`looking after the server of ${row.id.user}`, () =>
      lookAfter(deps, operations, row),
    )
  }
  await operations.attempt('mending the routes', () => mendRoutes(deps))
}

function isPlainlyReady({ state, handle }: Server, found: SpawnHandle | undefined): boolean {
  if (state !== 'ready' || !handle || !found) return false
  const keys = Object.keys(found)
  return (
    keys.length === Object.keys(handle).length && keys.every((key) => handle[key] === found[key])
  )
}

const startOf = ({ startedAt }: Server) => startedAt?.getTime() ?? 0

async function lookAfter(deps: ServerLifeDeps, operations: Operations, row: Server): Promise<void> {
  switch (row.state) {
    case 'stopping':
    case 'spawning':
      return goOn(deps, operations, row)
    case 'ready': {
      const found = row.handle ? await deps.spawner.inspect(row.handle) : undefined
      if (found?.is === 'running' || !deps.leases.mayDeclareDead(row)) return
      return died(deps, row, found?.reason ?? 'its process is gone')
    }
    case 'stopped':
    case 'failed':
      return
  }
}

/** Work that a hub left half-way: taken over when it does it no more. */
export async function goOn(
  deps: ServerLifeDeps,
  operations: Operations,
  row: Server,
): Promise<void> {
  const taken = await deps.leases.takeOver(row)
  if (taken?.state === 'stopping') return bringDown(deps, operations, taken)
  if (taken?.state === 'spawning') return resume(deps, operations, taken)
}

/** A start that a hub left half-way: goes on waiting for the process, or makes a new one under a new name. */
async function resume(deps: ServerLifeDeps, operations: Operations, row: Server): Promise<void> {
  const { servers, leases, spawner, clock } = deps
  const alive = row.handle !== null && (await spawner.inspect(row.handle)).is === 'running'
  if (alive) {
    operations.launch(row)
    return
  }
  // A hub that was killed may have made a process and not written down which: no two work on one person's files.
  const left =
    row.handle ?? (await spawner.list()).find(({ publicId }) => publicId === row.publicId)
  if (left) await spawner.stop(left)
  await spawner.cleanUp(row.publicId)
  const again = await servers.move(
    row.id,
    { states: ['spawning'], publicId: row.publicId, holder: leases.holder },
    { publicId: randomHex(8), handle: null, address: null, stateSince: clock.now() },
  )
  if (again) operations.launch(again)
}

async function died(deps: ServerLifeDeps, row: Server, why: string): Promise<void> {
  const { servers, spawner, routes, tokens, clock, events } = deps
  const log = await spawner.logTail(row.publicId, LOG_LINES)
  const reason = `It ended by itself: ${why}.`
  const moved = await servers.move(
    row.id,
    { states: ['ready'], publicId: row.publicId },
    {
      state: 'failed',
      wanted: 'stopped',
      stateSince: clock.now(),
      failure: { reason, log },
      handle: null,
      address: null,
    },
  )
  if (!moved) return
  await routes.remove(prefixOf(row.id))
  await tokens.revoke(row)
  if (row.handle) await spawner.stop(row.handle)
  await spawner.cleanUp(row.publicId)
  events.failed(row, reason)
}

async function mendRoutes({ routes, servers }: ServerLifeDeps): Promise<void> {
  const there = new Map((await routes.list()).map((route) => [route.prefix, route]))
  for (const { id, state, address } of await servers.listActive()) {
    const prefix = prefixOf(id)
    const route = there.get(prefix)
    there.delete(prefix)
    if (state !== 'ready' || !address) continue
    const same = route && JSON.stringify(route.target) === JSON.stringify(address)
    if (same && route.stale !== true) continue
    await routes.add({ prefix, target: address, user: id.user, serverName: id.name })
  }
  for (const { prefix, user, serverName } of there.values()) {
    const row = await servers.find({ user, name: serverName })
    if (row === undefined || row.state === 'stopped' || row.state === 'failed')
      await routes.remove(prefix)
  }
}
