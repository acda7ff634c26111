import type { FastifyInstance } from 'fastify'

import {
  addUser,
  addUsers,
  editUser,
  getUser,
  listUsers,
  removeUser,
} from '#core/contract/users.ts'
import { foldText } from '#core/base/folded-name.ts'
import { reachOf } from '#core/domain/access/holds.ts'
import type { RightsService } from '#core/domain/access/rights-service.ts'
import { sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'
import type { User } from '#core/domain/users/user.ts'

import { type Caller, isAdmin, personOf, requireAdminFor } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'
import { askedPage, pageAnswer } from './pagination.ts'
import {
  allowedGroups,
  namedOwner,
  requireToHoldRolesOf,
  requireToName,
} from './what-comes-with.ts'
import { userBody } from './user-body.ts'

/** People: list, add, show, change, remove. */
export function mountUsers(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { users, servers, groups, rights, addresses, publicUrl } = deps
  const viewOf = (withStopped: boolean) => ({ addresses, roles: rights.access.roles, withStopped })
  const shown = async (user: User, caller: Caller, withStopped = false) =>
    userBody(user, await servers.listOf(user.name), sightOf(caller.scopes), viewOf(withStopped))

  mount(app, gate, listUsers, async ({ caller, params, request }) => {
    const { state, sort, name_filter: filter, include_stopped_servers: withStopped } = params
    const page = askedPage(request, params)
    const descending = sort.startsWith('-')
    const { items, total } = await users.list({
      ...page,
      reach: reachOf(caller.scopes, 'list:users'),
      state,
      nameContains: filter === undefined ? undefined : foldText(filter),
      sort: { by: orderOf(sort), descending },
      uncounted: !page.withPlace,
    })
    const theirs = await servers.listOfAll(items.map(({ name }) => name))
    const sight = sightOf(caller.scopes)
    const view = viewOf(withStopped)
    const bodies = items.map((user) => userBody(user, theirs.get(user.name) ?? [], sight, view))
    return pageAnswer({ request, publicUrl }, page, { items: bodies, total })
  })

  mount(app, gate, getUser, async ({ caller, params }) =>
    shown(await users.get(params.user), caller, params.include_stopped_servers),
  )

  mount(app, gate, addUser, async ({ caller, params, body, note }) => {
    if (body.admin) requireAdmin(caller, rights)
    const wanted = body.groups && (await allowedGroups(deps, caller, { groups: [] }, body.groups))
    if (body.password !== undefined)
      await requireToHoldRolesOf(rights, caller, namedOwner(groups, params.user, wanted ?? []))
    note.detail = saidOf(body)
    const made = await users.add(params.user, body)
    if (wanted === undefined) return shown(made, caller)
    await groups.setGroupsOf(made, [...wanted, ...made.groups])
    return shown(await users.get(made.name), caller)
  })

  mount(app, gate, addUsers, async ({ caller, body, note }) => {
    if (body.admin) requireAdmin(caller, rights)
    const made = await users.addMany(body.usernames, body)
    note.targets = made.map(({ name }) => ({ user: name }))
    note.detail = saidOf(body)
    const [sight, view] = [sightOf(caller.scopes), viewOf(false)]
    return made.map((user) => userBody(user, [], sight, view))
  })

  mount(app, gate, editUser, async ({ caller, params, body, note }) => {
    const user = await users.get(params.user)
    requireAdminFor(caller, user, rights.access.roles)
    if (body.admin === true) requireAdmin(caller, rights)
    note.detail = saidOf(body)
    const wanted = body.groups && (await allowedGroups(deps, caller, user, body.groups))
    if (body.name !== undefined) await requireToName(deps, caller, user, body.name)
    // The name first: it is what can be refused for what others do at the moment.
    const named = body.name === undefined ? user : await users.rename(user, body.name)
    if (wanted !== undefined) await groups.setGroupsOf(named, wanted)
    if (body.admin !== undefined) await users.setAdmin(named, body.admin)
    const after = await shown(await users.get(named.name), caller)
    return { ...after, auth_state: null }
  })

  mount(app, gate, removeUser, async ({ caller, params }) => {
    const user = await users.get(params.user)
    requireAdminFor(caller, user, rights.access.roles)
    if (personOf(caller)?.id === user.id)
      throw new HubError('invalid', 'you cannot remove yourself')
    await users.remove(user.name)
  })
}

/** What was asked for beside the name in the path, in few words. */
function saidOf({
  name,
  admin,
  groups,
  files,
}: {
  readonly name?: string | undefined
  readonly admin?: boolean | undefined
  readonly groups?: readonly string[] | undefined
  readonly files?: string | undefined
}): string {
  return [
    ...(name === undefined ? [] : [`name ${foldText(name)}`]),
    ...(admin === undefined ? [] : [admin ? 'admin' : 'no admin']),
    ...(groups === undefined ? [] : [`groups ${groups.join(', ')}`]),
    ...(files === undefined ? [] : [`files: ${files}`]),
  ].join('; ')
}

function requireAdmin(caller: Caller, { access }: RightsService): void {
  if (!isAdmin(caller, access.roles))
    throw new HubError('forbidden', 'Only admins can grant admin permissions')
}

function orderOf(sort: string): 'id' | 'name' | 'last_activity' {
  const by = sort.replace(/^-/, '')
  return by === 'name' || by === 'last_activity' ? by : 'id'
}
