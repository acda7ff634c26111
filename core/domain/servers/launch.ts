import { HubError } from '../errors.ts'
import { followRow } from './follow-row.ts'
import { serverEnvironment } from './server-environment.ts'
import { LOG_LINES, type ServerLifeDeps } from './server-life.ts'
import type { ProgressLog } from './progress-log.ts'
import type { ServerCondition } from './server-store.ts'
import { prefixOf, type Server, type ServerAddress, type SpawnHandle } from './server.ts'
import { effectsOf } from './spawn-form.ts'
import type { StartQueue, StartTurn } from './start-queue.ts'

/** How often a starting server is looked at: whether it still lives, and what its log says. */
const LOOK_MS = 500
/** How often a start that waits for its turn looks at its place. */
const TURN_LOOK_MS = 1000

/** Why a start came to nothing, in words for the server's owner. */
class StartFailure extends Error {}

/** What goes with one start. */
export interface Start {
  readonly progress: ProgressLog
  /** Aborts when somebody stops the server. */
  readonly cancel: AbortSignal
}

/**
 * Brings one server from `spawning` to `ready`, or to `failed` with the reason and nothing left behind, as soon as its turn
 * has come. An abort of `cancel` ends what was begun and leaves the row to whoever cancelled.
 */
export async function launch(
  deps: ServerLifeDeps,
  queue: StartQueue,
  server: Server,
  start: Start,
): Promise<void> {
  // What runs already, after a restart of the hub, has had its turn.
  if (server.handle) return bringUp(deps, server, start)
  const turn = queue.enter(server.id.user)
  try {
    const mine = await untilTurn(deps, turn, server, start)
    if (mine) await bringUp(deps, mine, start)
  } finally {
    turn.leave()
  }
}

/** Waits in line and tells the place in it. The time to start counts from the turn. */
async function untilTurn(
  { clock, servers, leases }: ServerLifeDeps,
  turn: StartTurn,
  server: Server,
  { progress, cancel }: Start,
): Promise<Server | undefined> {
  if (turn.mayBegin()) return server
  for (let told = -1; !turn.mayBegin();) {
    const before = turn.before()
    if (before !== told) progress.add({ progress: 0, message: placeInWords(before) })
    told = before
    const over = new AbortController()
    const asleep = clock.sleep(TURN_LOOK_MS, AbortSignal.any([cancel, over.signal]))
    await Promise.race([turn.come, asleep.catch(() => undefined)])
    over.abort(new Error('the turn has come'))
    if (cancel.aborted) return undefined
  }
  return servers.move(
    server.id,
    { states: ['spawning'], publicId: server.publicId, holder: leases.holder },
    { stateSince: clock.now() },
  )
}

function placeInWords(before: number): string {
  if (before === 0) return 'Waiting for its turn: it is the next to start'
  return before === 1
    ? 'Waiting for its turn: 1 start is before it'
    : `Waiting for its turn: ${before} starts are before it`
}

async function bringUp(
  deps: ServerLifeDeps,
  server: Server,
  { progress, cancel }: Start,
): Promise<void> {
  const { startTimeoutMs } = deps.settings()
  const begun = deps.clock.now().getTime()
  const deadline = new AbortController()
  const signal = AbortSignal.any([cancel, deadline.signal])
  const over = new AbortController()
  void deps.clock.sleep(remainingMs(deps, server, startTimeoutMs), over.signal).then(
    () => deadline.abort(new StartFailure(`It did not answer within ${startTimeoutMs / 1000} s.`)),
    () => undefined,
  )
  try {
    const ready = await start(deps, server, progress, signal)
    deps.events.started(ready, deps.clock.now().getTime() - begun)
  } catch (error) {
    if (cancel.aborted) return
    await fail(deps, server, progress, reasonOf(error, deadline.signal))
  } finally {
    over.abort(new Error('the start is over'))
  }
}

async function start(
  deps: ServerLifeDeps,
  server: Server,
  progress: ProgressLog,
  signal: AbortSignal,
): Promise<Server> {
  const { handle, address } = await spawned(deps, server, progress, signal)
  progress.add({ progress: 50, message: 'Waiting for the server to answer' })
  await untilAnswering(deps, { server, handle, address }, progress, signal)
  progress.add({ progress: 90, message: 'Opening the way to the server' })
  await deps.routes.add({
    prefix: prefixOf(server.id),
    target: address,
    user: server.id.user,
    serverName: server.id.name,
  })
  const now = deps.clock.now()
  const ready = await deps.servers.move(server.id, ours(deps, server), {
    state: 'ready',
    stateSince: now,
  })
  if (!ready) throw new HubError('conflict', 'the server was stopped while it started')
  const url = prefixOf(server.id)
  progress.add({ progress: 100, ready: true, message: `Server ready at ${url}`, url })
  return ready
}

/** The process of this start: the one that is there already (after a restart of the hub), or a new one. */
async function spawned(
  deps: ServerLifeDeps,
  server: Server,
  progress: ProgressLog,
  signal: AbortSignal,
): Promise<{ handle: SpawnHandle; address: ServerAddress }> {
  const { handle, address } = server
  if (handle && address) return { handle, address }
  progress.add({ progress: 0, message: 'Server requested' })
  const user = await deps.users.findById(server.userId)
  if (!user) throw new StartFailure('Its owner has been removed.')
  const token = await deps.tokens.issue(server)
  const { environment, defaultUrl, form } = deps.settings()
  const chosen = effectsOf(form, server.userOptions)
  const made = await deps.spawner.start(
    {
      id: server.id,
      publicId: server.publicId,
      home: user.home,
      prefix: prefixOf(server.id),
      environment: serverEnvironment({
        id: server.id,
        user,
        token,
        extra: { ...environment, ...chosen.environment },
        defaultUrl: chosen.defaultUrl ?? environment['JUPYTERHUB_DEFAULT_URL'] ?? defaultUrl,
        addresses: deps.addresses,
      }),
    },
    {
      signal,
      onProgress: (percent, message) => progress.add({ progress: Math.min(percent, 49), message }),
    },
  )
  const moved = await deps.servers.move(server.id, ours(deps, server), made)
  if (moved) return made
  await deps.spawner.stop(made.handle)
  await deps.spawner.cleanUp(server.publicId)
  throw new HubError('conflict', 'the server was stopped while it started')
}

interface Answering {
  readonly server: Server
  readonly handle: SpawnHandle
  readonly address: ServerAddress
}

/** Waits for the first answer; gives up at once when the process ends before. Shows the log as it grows. */
async function untilAnswering(
  deps: ServerLifeDeps,
  { server, handle, address }: Answering,
  progress: ProgressLog,
  signal: AbortSignal,
): Promise<void> {
  const answered = new AbortController()
  const either = AbortSignal.any([signal, answered.signal])
  const watching = watch(deps, { server, handle, address }, progress, either)
  try {
    await Promise.race([deps.probe.untilAnswering(address, prefixOf(server.id), either), watching])
  } finally {
    answered.abort(new Error('the server answered'))
    await watching.catch(() => undefined)
  }
}

/** Never resolves while the server lives; rejects when it ends or `signal` aborts. */
async function watch(
  deps: ServerLifeDeps,
  { server, handle }: Answering,
  progress: ProgressLog,
  signal: AbortSignal,
): Promise<never> {
  let shown = ''
  for (;;) {
    await deps.clock.sleep(LOOK_MS, signal)
    const found = await deps.spawner.inspect(handle)
    if (found.is === 'gone') throw new StartFailure(`It ended before it answered: ${found.reason}.`)
    const log = await deps.spawner.logTail(server.publicId, LOG_LINES)
    const text = log.join('\n')
    if (text !== shown)
      progress.add({ progress: 60, message: 'Waiting for the server to answer', log })
    shown = text
  }
}

/** Ends what is left of the start, then says in the row why. */
async function fail(
  deps: ServerLifeDeps,
  server: Server,
  progress: ProgressLog,
  reason: string,
): Promise<void> {
  const row = await deps.servers.move(server.id, ours(deps, server), {})
  // Another hub has stopped it, or goes on with it: the row tells how that ends.
  if (!row) return followRow(deps, server.id, progress)
  if (row.handle) await deps.spawner.stop(row.handle)
  const log = await deps.spawner.logTail(server.publicId, LOG_LINES)
  await deps.routes.remove(prefixOf(server.id))
  await deps.tokens.revoke(server)
  await deps.spawner.cleanUp(server.publicId)
  await deps.servers.move(server.id, ours(deps, server), {
    state: 'failed',
    wanted: 'stopped',
    stateSince: deps.clock.now(),
    failure: { reason, log },
    handle: null,
    address: null,
  })
  progress.add({ progress: 100, failed: true, message: `The server did not start. ${reason}`, log })
  deps.events.failed(server, reason)
}

/** That this start is still the one that the row tells of, and this hub's to carry on. */
function ours({ leases }: ServerLifeDeps, { publicId }: Server): ServerCondition {
  return { states: ['spawning'], publicId, holder: leases.holder }
}

function reasonOf(error: unknown, deadline: AbortSignal): string {
  if (deadline.aborted && deadline.reason instanceof Error) return deadline.reason.message
  if (error instanceof StartFailure || error instanceof HubError) return error.message
  return `Something unforeseen happened: ${error instanceof Error ? error.message : String(error)}`
}

/** What is left of the time to start, counted from the row, so that a restart of the hub does not prolong it. */
function remainingMs(
  { clock }: ServerLifeDeps,
  { stateSince }: Server,
  startTimeoutMs: number,
): number {
  return Math.max(1, stateSince.getTime() + startTimeoutMs - clock.now().getTime())
}
