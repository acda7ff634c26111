import type { FastifyInstance, FastifyRequest } from 'fastify'

import { composeName, foldName, type FoldedName } from '#core/base/folded-name.ts'
import {
  addShare,
  addShareCode,
  DEFAULT_SERVER,
  getSharedWithGroup,
  getSharedWithUser,
  leaveAsGroup,
  leaveAsUser,
  listShareCodes,
  listSharedWithGroup,
  listSharedWithUser,
  listAllShareCodes,
  listAllShares,
  listShares,
  reduceShare,
  removeShareCodes,
  removeShares,
} from '#core/contract/shares.ts'
import { HubError } from '#core/domain/errors.ts'
import type { GroupService } from '#core/domain/groups/group-service.ts'
import type { Addresses } from '#core/domain/servers/addresses.ts'
import type { ServerId } from '#core/domain/servers/server.ts'
import type { ServersOf } from '#core/domain/shares/share-store.ts'
import type { ShareService } from '#core/domain/shares/share-service.ts'
import type { ShareTarget } from '#core/domain/shares/share.ts'
import type { UserService } from '#core/domain/users/user-service.ts'

import type { Caller } from './caller.ts'
import { type Gate, mount } from './mount.ts'
import { askedPage, type PageParams, withPlace } from './pagination.ts'
import { shareBody, shareCodeBody } from './share-bodies.ts'

interface Deps {
  readonly shares: ShareService
  readonly users: UserService
  readonly groups: GroupService
  readonly addresses: Addresses
}

/** Shares and codes for them. */
export function mountShares(app: FastifyInstance, gate: Gate, deps: Deps): void {
  mountShared(app, gate, deps)
  mountCodes(app, gate, deps)
  mountSharedWith(app, gate, deps)
}

/**
 * The default server's name is empty, so `/shares/ada/` is its path, where `/shares/ada` is that of all of ada's; the router takes
 * one for the other. It gets a name that no server can have.
 */
export function withDefaultServer(url: string): string {
  return url.replace(
    /^(\/hub\/api\/(?:share(?:s|-codes)|(?:users|groups)\/[^/?]+\/shared)\/[^/?]+\/)(?=\?|$)/,
    `$1${DEFAULT_SERVER}`,
  )
}

function mountShared(app: FastifyInstance, gate: Gate, { shares, users, addresses }: Deps): void {
  const listed = async (request: FastifyRequest, params: PageParams, of: ServersOf) => {
    const page = askedPage(request, params, { always: true })
    const { items, total } = await shares.list(of, page)
    const bodies = items.map((share) => shareBody(share, addresses))
    return withPlace({ request, publicUrl: addresses.hub }, page, { items: bodies, total })
  }
  mount(app, gate, listAllShares, async ({ params, request }) => {
    const { name } = await users.get(params.user)
    return listed(request, params, { user: name, server: null })
  })
  mount(app, gate, listShares, ({ params, request }) => {
    const { user, name } = serverIn(params)
    return listed(request, params, { user, server: name })
  })

  mount(app, gate, addShare, async ({ caller, params, body }) => {
    const server = serverIn(params)
    const target = targetIn(body)
    await requireToRead(gate, caller, target)
    const offer = { scopes: body.scopes, held: caller.scopes }
    return shareBody(await shares.grant(server, target, offer), addresses)
  })

  mount(app, gate, reduceShare, async ({ params, body }) => {
    const left = await shares.revoke(serverIn(params), targetIn(body), body.scopes)
    return left ? shareBody(left, addresses) : {}
  })

  mount(app, gate, removeShares, ({ params }) => shares.revokeAll(serverIn(params)))
}

function mountCodes(app: FastifyInstance, gate: Gate, { shares, users, addresses }: Deps): void {
  const listed = async (request: FastifyRequest, params: PageParams, of: ServersOf) => {
    const page = askedPage(request, params, { always: true })
    const { items, total } = await shares.listCodes(of, page)
    const bodies = items.map((code) => shareCodeBody(code, addresses))
    return withPlace({ request, publicUrl: addresses.hub }, page, { items: bodies, total })
  }
  mount(app, gate, listAllShareCodes, async ({ params, request }) => {
    const { name } = await users.get(params.user)
    return listed(request, params, { user: name, server: null })
  })
  mount(app, gate, listShareCodes, ({ params, request }) => {
    const { user, name } = serverIn(params)
    return listed(request, params, { user, server: name })
  })

  mount(app, gate, addShareCode, async ({ caller, params, body }) => {
    const offer = { scopes: body.scopes, held: caller.scopes }
    const { code, secret } = await shares.makeCode(serverIn(params), offer, body.expires_in)
    const url = `/hub/accept-share?code=${secret}`
    return {
      ...shareCodeBody(code, addresses),
      code: secret,
      accept_url: url,
      full_accept_url: addresses.hub + url,
    }
  })

  mount(app, gate, removeShareCodes, ({ params }) =>
    shares.removeCodes(serverIn(params), codeIn(params)),
  )
}

function mountSharedWith(
  app: FastifyInstance,
  gate: Gate,
  { shares, users, groups, addresses }: Deps,
): void {
  const listed = async (request: FastifyRequest, params: PageParams, target: ShareTarget) => {
    const page = askedPage(request, params, { always: true })
    const { items, total } = await shares.listWith(target, page)
    const bodies = items.map((share) => shareBody(share, addresses))
    return withPlace({ request, publicUrl: addresses.hub }, page, { items: bodies, total })
  }
  mount(app, gate, listSharedWithUser, async ({ params, request }) => {
    const { name } = await users.get(params.user)
    return listed(request, params, { kind: 'user', name })
  })
  mount(app, gate, listSharedWithGroup, async ({ params, request }) => {
    const { name } = await groups.get(params.group)
    return listed(request, params, { kind: 'group', name })
  })
  mount(app, gate, getSharedWithUser, async ({ params }) =>
    shareBody(await shares.find(...sharedWith(params, 'user', params.user)), addresses),
  )
  mount(app, gate, leaveAsUser, ({ params }) =>
    shares.leave(...sharedWith(params, 'user', params.user)),
  )
  mount(app, gate, getSharedWithGroup, async ({ params }) =>
    shareBody(await shares.find(...sharedWith(params, 'group', params.group)), addresses),
  )
  mount(app, gate, leaveAsGroup, ({ params }) =>
    shares.leave(...sharedWith(params, 'group', params.group)),
  )
}

function serverIn({ user, server }: { readonly user: string; readonly server: string }): ServerId {
  return { user: nameOf(user), name: server }
}

function sharedWith(
  { owner, name }: { readonly owner: string; readonly name: string },
  kind: ShareTarget['kind'],
  who: string,
): [ServerId, ShareTarget] {
  return [{ user: nameOf(owner), name }, targetOf(kind, who)]
}

function targetIn({
  user,
  group,
}: {
  readonly user?: string | null | undefined
  readonly group?: string | null | undefined
}): ShareTarget {
  return user ? targetOf('user', user) : targetOf('group', group ?? '')
}

/** A group is the one that is written so: its case counts. */
function targetOf(kind: ShareTarget['kind'], raw: string): ShareTarget {
  return { kind, name: kind === 'user' ? nameOf(raw) : named(raw, composeName(raw)) }
}

/** A code's id that is none finds nothing. */
function codeIn({ code, id }: { code?: string | undefined; id?: string | undefined }) {
  if (code !== undefined && code !== '') return { secret: code }
  if (id === undefined || id === '') return 'all'
  return { id: Number(/^sc_(\d{1,15})$/.exec(id)?.[1] ?? 0) }
}

/** As people's names are compared. */
function nameOf(raw: string): string {
  return named(raw, foldName(raw))
}

/** What could be no name stays as it is, and is nobody's. */
function named(raw: string, read: FoldedName): string {
  return 'name' in read ? read.name : raw
}

/** Whoever may not know of somebody does not learn by sharing whether he exists. @throws HubError `forbidden` */
async function requireToRead(gate: Gate, { scopes }: Caller, target: ShareTarget): Promise<void> {
  const { kind, name } = target
  const scope = kind === 'user' ? 'read:users:name' : 'read:groups:name'
  const over = kind === 'user' ? { user: name } : { group: name }
  if ((await gate.rights.holdsOneOf(scopes, [scope], over)) !== 'yes')
    throw new HubError('forbidden', `to share with a ${kind} by name takes ${scope}`)
}
