import { followRow, openWay } from './follow-row.ts'
import type { Operations } from './operations.ts'
import { goOn } from './reconcile.ts'
import type { ServerLifeDeps } from './server-life.ts'
import { prefixOf, type Server } from './server.ts'

/**
 * What a hub does every `LOOK_MS` for the sake of other hubs on its database: renews its leases, gives up what another one has
 * taken or stopped, takes over what another one does no more, and opens and closes the ways through its own proxy.
 */
export async function look(deps: ServerLifeDeps, operations: Operations): Promise<void> {
  await deps.leases.renew()
  const rows = await deps.servers.listUnderway()
  for (const row of rows) {
    const operation = operations.of(row.id)
    // Nothing here is waited for: leases are to be renewed in time.
    if (!operation)
      void operations.attempt(`taking over the server of ${row.id.user}`, () =>
        goOn(deps, operations, row),
      )
  }
  await operations.attempt('giving up what another hub does', () =>
    giveUpLost(deps, operations, rows),
  )
  await operations.attempt('following the work of other hubs', () =>
    followOthers(deps, operations, rows),
  )
}

/** Starts that another hub has taken or stopped: nothing more is done here, and whoever watches goes on watching the row. */
async function giveUpLost(
  deps: ServerLifeDeps,
  operations: Operations,
  rows: readonly Server[],
): Promise<void> {
  const underway = new Map(rows.map((row) => [row.publicId, row]))
  for (const { is, id, publicId, cancel, progress } of operations.all()) {
    if (is !== 'starting' || cancel.signal.aborted) continue
    // What is no more on its way is at its end here as well, or elsewhere.
    const row = underway.get(publicId) ?? (await deps.servers.find(id))
    if (row?.publicId === publicId && deps.leases.isMine(row)) continue
    cancel.abort(new Error('another hub goes on with it'))
    void operations.attempt(`following the server of ${id.user}`, () =>
      followRow(deps, id, progress),
    )
  }
}

/** A server that another hub was at and is at no more has come or gone: so does the way to it. */
async function followOthers(
  deps: ServerLifeDeps,
  operations: Operations,
  rows: readonly Server[],
): Promise<void> {
  const now = new Map(
    rows.filter((row) => !deps.leases.isMine(row)).map(({ id }) => [prefixOf(id), id]),
  )
  const over = [...operations.others].filter(([prefix]) => !now.has(prefix))
  operations.others = now
  for (const [prefix, id] of over) {
    const row = await deps.servers.find(id)
    if (row?.state === 'ready') await openWay(deps, row)
    else if (row?.state !== 'spawning' && row?.state !== 'stopping')
      await deps.routes.remove(prefix)
  }
}
