import { HubError } from '../errors.ts'
import type { User } from '../users/user.ts'
import { bringDown } from './bring-down.ts'
import { checkNamed, displayNameOf, ownerOf, type ServerRequest } from './begin.ts'
import { untilSettled } from './follow-row.ts'
import type { Operations } from './operations.ts'
import type { ServerLifeDeps } from './server-life.ts'
import { checkServerName } from './server-name.ts'
import type { Server, ServerId } from './server.ts'
import { readOptions } from './spawn-form.ts'

/** How long to wait for a stop that another hub is at. */
const STOP_MS = 60_000

/** Makes a named server and does not start it. @throws HubError `already_exists`, also for the default server, `invalid` */
export async function createServer(
  deps: ServerLifeDeps,
  id: ServerId,
  request: ServerRequest,
): Promise<Server> {
  const user = await ownerOf(deps, id)
  if (id.name === '' || (await deps.servers.find(id)))
    throw new HubError('already_exists', `${id.user} has this server already`)
  await checkNamed(deps, user, id, true)
  return deps.servers.create(
    id,
    {
      displayName: displayNameOf(request) ?? '',
      userOptions: readOptions(deps.settings().form, request.userOptions, {}),
    },
    deps.clock.now(),
  )
}

/**
 * Changes what a server at rest is called and started with.
 * @throws HubError `not_found`, `conflict` while it runs, `already_exists` for a name that is taken, `invalid`
 */
export async function editServer(
  deps: ServerLifeDeps,
  id: ServerId,
  { name, ...request }: ServerRequest & { readonly name?: string | undefined },
): Promise<Server> {
  const user = await ownerOf(deps, id)
  const before = await deps.servers.find(id)
  if (!before) throw new HubError('not_found', `${id.user} has no such server`)
  if (name !== undefined) await checkNewName(deps, user, id, name)
  const displayName = displayNameOf(request)
  const edited = await deps.servers.edit(id, {
    ...(name !== undefined && { name }),
    ...(displayName !== undefined && { displayName }),
    ...(request.userOptions !== undefined && {
      userOptions: readOptions(deps.settings().form, request.userOptions, {}),
    }),
  })
  if (!edited) throw new HubError('conflict', 'the server is active; stop it before it is changed')
  return edited
}

/** Naming the one that has no name adds one to the named. */
async function checkNewName(
  deps: ServerLifeDeps,
  user: User,
  id: ServerId,
  name: string,
): Promise<void> {
  if (!deps.settings().limits.namedAllowed)
    throw new HubError('conflict', 'this hub has no named servers')
  checkServerName(name)
  if (await deps.servers.find({ ...id, name }))
    throw new HubError('already_exists', `${id.user} has a server of this name already`)
  if (id.name === '') await checkNamed(deps, user, { ...id, name }, true)
}

/**
 * Takes a named server away, stopping it first. Resolves when it is gone.
 * @throws HubError `conflict` for the default server, `not_found`
 */
export async function removeServer(
  deps: ServerLifeDeps,
  operations: Operations,
  id: ServerId,
): Promise<void> {
  const { servers, clock } = deps
  if (id.name === '') throw new HubError('conflict', 'the default server cannot be removed')
  const running = await servers.move(
    id,
    { states: ['spawning', 'ready'] },
    {
      lease: deps.leases.fresh(),
      state: 'stopping',
      wanted: 'removed',
      stateSince: clock.now(),
    },
  )
  if (running) return bringDown(deps, operations, running)
  const stopping = await servers.move(id, { states: ['stopping'] }, { wanted: 'removed' })
  if (stopping) {
    await (operations.of(id)?.done ?? untilSettled(deps, id, STOP_MS))
    return
  }
  if (!(await servers.remove(id)))
    throw new HubError('not_found', `${id.user} has no server named '${id.name}'`)
}
