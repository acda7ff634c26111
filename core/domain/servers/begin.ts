import { randomHex } from '#core/base/random.ts'

import { HubError } from '../errors.ts'
import type { User } from '../users/user.ts'
import type { Admission } from './admission.ts'
import type { ServerLifeDeps } from './server-life.ts'
import { checkServerName, normaliseDisplayName } from './server-name.ts'
import { limitOf } from './server-settings.ts'
import type { Server, ServerId } from './server.ts'
import { readOptions, type UserOptions } from './spawn-form.ts'

/** What whoever starts or makes a server says of it. Left out: what it had before. */
export interface ServerRequest {
  readonly displayName?: string | undefined
  readonly userOptions?: UserOptions | undefined
}

/**
 * Takes the row of a server at rest to `spawning`, making it where there was none. `isNew`: it was this call that did, and the
 * server is to be launched.
 * @throws HubError `conflict` when it runs or is being stopped, `invalid` for names and options, `too_many`, `not_found`
 */
export async function begin(
  deps: ServerLifeDeps,
  admission: Admission,
  id: ServerId,
  request: ServerRequest,
): Promise<{ readonly server: Server; readonly isNew: boolean }> {
  const { servers, clock } = deps
  const before = await servers.find(id)
  if (before?.state === 'spawning') return { server: before, isNew: false }
  if (before?.state === 'ready' || before?.state === 'stopping') throw onItsWay(before)
  const user = await ownerOf(deps, id)
  await checkNamed(deps, user, id, before === undefined)
  const userOptions = readOptions(
    deps.settings().form,
    request.userOptions,
    before?.userOptions ?? {},
  )
  const displayName = displayNameOf(request)
  const server = await admission.admit(user, async () => {
    const now = clock.now()
    if (!before) await servers.ensure(id, now)
    return servers.move(
      id,
      { states: ['stopped', 'failed'] },
      {
        lease: deps.leases.fresh(),
        state: 'spawning',
        wanted: 'running',
        publicId: randomHex(8),
        stateSince: now,
        startedAt: now,
        lastActivity: now,
        handle: null,
        address: null,
        failure: null,
        userOptions,
        ...(displayName !== undefined && { displayName }),
      },
    )
  })
  if (server) {
    // To start a server is to do something (JupyterHub's rule): a person who only ever starts one is not idle.
    await deps.users.touch(user.id, clock.now())
    return { server, isNew: true }
  }
  const found = await servers.find(id)
  if (found?.state === 'spawning') return { server: found, isNew: false }
  throw onItsWay(found)
}

/** @throws HubError `not_found` */
export async function ownerOf({ users }: ServerLifeDeps, { user }: ServerId): Promise<User> {
  const owner = await users.find(user)
  if (!owner) throw new HubError('not_found', 'there is no such person')
  return owner
}

/** Whether the person may have a server of the name. @throws HubError `invalid` for the name, `conflict` for the limits */
export async function checkNamed(
  { settings, servers }: ServerLifeDeps,
  { groups }: User,
  { user, name }: ServerId,
  isNew: boolean,
): Promise<void> {
  if (name === '') return
  const { limits } = settings()
  if (!limits.namedAllowed) throw new HubError('conflict', 'this hub has no named servers')
  if (!isNew) return
  checkServerName(name)
  const most = limitOf(limits, 'named', groups)
  if (most === Infinity) return
  const named = (await servers.listOf(user)).filter(({ id }) => id.name !== '').length
  if (named < most) return
  throw new HubError(
    'conflict',
    `${user} has ${named} named servers, as many as are allowed; remove one first`,
  )
}

export function displayNameOf({ displayName }: ServerRequest): string | undefined {
  return displayName === undefined || displayName === ''
    ? undefined
    : normaliseDisplayName(displayName)
}

function onItsWay(server: Server | undefined): HubError {
  return new HubError(
    'conflict',
    server?.state === 'stopping' ? 'the server is being stopped' : 'the server is running already',
  )
}
