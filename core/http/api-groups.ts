import type { FastifyInstance } from 'fastify'

import {
  addGroup,
  addGroups,
  addMembers,
  getGroup,
  type GroupBody,
  listGroups,
  removeGroup,
  removeMembers,
  setGroupProperties,
} from '#core/contract/groups.ts'
import { reachOf } from '#core/domain/access/holds.ts'
import type { RoleBook } from '#core/domain/access/roles.ts'
import { type Sight, sightOf } from '#core/domain/access/sight.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Group } from '#core/domain/groups/group.ts'

import type { Caller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount, notAuthorized } from './mount.ts'
import { askedPage, pageAnswer } from './pagination.ts'

/** Groups: list, make, show, remove; their members and properties. */
export function mountGroups(app: FastifyInstance, gate: Gate, deps: HubHttpDeps): void {
  const { groups, rights, publicUrl } = deps
  const shown = (group: Group, { scopes }: Caller) =>
    groupBody(group, sightOf(scopes), rights.access.roles)

  mount(app, gate, listGroups, async ({ caller, params, request }) => {
    const reach = reachOf(caller.scopes, 'list:groups')
    // A filter by person, server or service is about no group.
    if (reach !== 'everything' && reach.groups.length === 0) throw notAuthorized(listGroups.scopes)
    const page = askedPage(request, params)
    const { items, total } = await groups.list({ ...page, reach })
    const [sight, { roles }] = [sightOf(caller.scopes), rights.access]
    const bodies = items.map((group) => groupBody(group, sight, roles))
    return pageAnswer({ request, publicUrl }, page, { items: bodies, total })
  })

  mount(app, gate, addGroups, async ({ caller, body, note }) => {
    const made = await groups.create(body.groups, body.users)
    note.targets = made.map(({ name }) => ({ group: name }))
    note.detail = membersIn('with', body.users)
    return made.map((group) => shown(group, caller))
  })

  mount(app, gate, getGroup, async ({ caller, params }) =>
    shown(await groups.get(params.group), caller),
  )

  mount(app, gate, addGroup, async ({ caller, params, body, note }) => {
    note.detail = membersIn('with', body.users)
    const [made] = await groups.create([params.group], body.users)
    if (!made) throw new HubError('not_found', 'there is no such group')
    return shown(made, caller)
  })

  mount(app, gate, removeGroup, async ({ params }) => groups.remove(params.group))

  mount(app, gate, addMembers, async ({ caller, params, body, note }) => {
    note.detail = membersIn('added', body.users)
    return shown(await groups.add(params.group, body.users), caller)
  })

  mount(app, gate, removeMembers, async ({ caller, params, body, note }) => {
    note.detail = membersIn('removed', body.users)
    return shown(await groups.take(params.group, body.users), caller)
  })

  mount(app, gate, setGroupProperties, async ({ caller, params, body, note }) => {
    note.detail = `properties: ${Object.keys(body).join(', ')}`
    return shown(await groups.setProperties(params.group, body), caller)
  })
}

function membersIn(what: string, users: readonly string[]): string {
  return users.length === 0 ? '' : `${what} ${users.join(', ')}`
}

/** JupyterHub's model of a group: what the asker may not see is absent. */
function groupBody({ name, users, properties }: Group, sight: Sight, roles: RoleBook): GroupBody {
  const may = (scope: string) => sight(scope, { group: name })
  return {
    kind: 'group',
    name,
    ...(may('read:groups') && { users: [...users], properties: { ...properties } }),
    ...(may('read:roles:groups') && {
      roles: roles.all.flatMap((role) => (role.groups.includes(name) ? role.name : [])),
    }),
  }
}
