import { randomBytes } from 'node:crypto'

import type { Clock } from '#core/base/clock.ts'
import { hashSecret } from '#core/base/random.ts'

import type { RightsService } from '../access/rights-service.ts'
import { HubError } from '../errors.ts'
import type { GroupStore } from '../groups/group-store.ts'
import type { ServerId } from '../servers/server.ts'
import type { ServerStore } from '../servers/server-store.ts'
import type { AccessEnded } from '../sign-in/access-ended.ts'
import type { Page, UserStore } from '../users/user-store.ts'
import type { Paged, ServersOf, ShareStore } from './share-store.ts'
import type { Share, ShareCode, ShareTarget } from './share.ts'

/** The scopes that mean something over one server; no others can be shared. */
const SHAREABLE: ReadonlySet<string> = new Set([
  'access:servers',
  'admin:server_state',
  'admin:servers',
  'delete:servers',
  'read:servers',
  'read:shares',
  'servers',
  'shares',
  'start:servers',
])
/** What is shared when nothing is named. */
const USUAL = ['access:servers']

export interface ShareServiceDeps {
  readonly shares: ShareStore
  readonly servers: Pick<ServerStore, 'find'>
  readonly users: Pick<UserStore, 'find'>
  readonly groups: Pick<GroupStore, 'find'>
  readonly rights: RightsService
  readonly ended: Pick<AccessEnded, 'toServers'>
  readonly clock: Clock
}

/** What is offered, and by whom: nobody gives what he does not hold. */
export interface Offer {
  /** As they were asked for: names, or with the one filter that is allowed; empty: to come in. */
  readonly scopes: readonly string[]
  /** Expanded scopes of whoever offers. */
  readonly held: readonly string[]
}

/** What people let others do with servers of theirs. */
export class ShareService {
  readonly #deps: ShareServiceDeps

  constructor(deps: ShareServiceDeps) {
    this.#deps = deps
  }

  /** What is shared of one server, or of all of a person's. @throws HubError `not_found` (server) */
  async list(of: ServersOf, page: Page): Promise<Paged<Share>> {
    if (of.server !== null) await this.requireServer({ user: of.user, name: of.server })
    return this.#deps.shares.list(of, page)
  }

  listWith(target: ShareTarget, page: Page): Promise<Paged<Share>> {
    return this.#deps.shares.listWith(target, page)
  }

  /** @throws HubError `not_found` */
  async requireServer(server: ServerId): Promise<void> {
    if (!(await this.#deps.servers.find(server)))
      throw new HubError('not_found', `there is no server ${server.user}/${server.name}`)
  }

  /** @throws HubError `invalid` (scopes, or nobody to share with), `not_found` (server), `forbidden` (scopes that the giver lacks) */
  async grant(server: ServerId, target: ShareTarget, offer: Offer): Promise<Share> {
    const { shares, clock } = this.#deps
    const scopes = await this.#offered(server, offer)
    if (target.kind === 'user' && target.name === server.user)
      throw new HubError('invalid', 'the server is his own already')
    if (!(await this.#exists(target)))
      throw new HubError('invalid', `there is no ${WORDS[target.kind]} ${target.name}`)
    return shares.grant(server, { target, scopes }, clock.now())
  }

  /**
   * Takes scopes away, all with an empty list. What is left; undefined when nothing is, also of somebody whom there is not.
   * @throws HubError `invalid`, `not_found` (server)
   */
  async revoke(
    server: ServerId,
    target: ShareTarget,
    scopes: readonly string[],
  ): Promise<Share | undefined> {
    await this.requireServer(server)
    const names = scopes.length === 0 ? null : readScopes(server, scopes)
    const left = await this.#deps.shares.revoke(server, target, names)
    if (!left?.scopes.includes('access:servers')) await this.#close(server, [target])
    return left
  }

  /** @throws HubError `not_found` (server) */
  async revokeAll(server: ServerId): Promise<void> {
    await this.requireServer(server)
    await this.#close(server, await this.#deps.shares.revokeAll(server))
  }

  /** @throws HubError `not_found` */
  async find(server: ServerId, target: ShareTarget): Promise<Share> {
    const share = await this.#deps.shares.find(server, target)
    if (!share) throw new HubError('not_found', 'nothing of that server is shared there')
    return share
  }

  /** The other side gives it back. @throws HubError `not_found` */
  async leave(server: ServerId, target: ShareTarget): Promise<void> {
    await this.find(server, target)
    await this.#deps.shares.revoke(server, target, null)
    await this.#close(server, [target])
  }

  /** A code under which whoever has it gets what is offered, until `expiresIn` seconds are over. @throws as `grant` */
  async makeCode(
    server: ServerId,
    offer: Offer,
    expiresIn: number,
  ): Promise<{ readonly code: ShareCode; readonly secret: string }> {
    const { shares, clock } = this.#deps
    const scopes = await this.#offered(server, offer)
    const secret = randomBytes(32).toString('base64url')
    const now = clock.now()
    const expiresAt = new Date(now.getTime() + expiresIn * 1000)
    const code = await shares.addCode(server, { hash: hashSecret(secret), scopes, expiresAt }, now)
    return { code, secret }
  }

  /** The codes of a server, or of all of a person's, that are good. @throws HubError `not_found` (server) */
  async listCodes(of: ServersOf, page: Page): Promise<Paged<ShareCode>> {
    if (of.server !== null) await this.requireServer({ user: of.user, name: of.server })
    return this.#deps.shares.listCodes(of, page, this.#deps.clock.now())
  }

  findCode(secret: string): Promise<ShareCode | undefined> {
    const { shares, clock } = this.#deps
    return shares.findCode(hashSecret(secret), clock.now())
  }

  /** @throws HubError `invalid` for a code that is no good, or one's own server */
  async accept(secret: string, userName: string): Promise<Share> {
    const { shares, clock } = this.#deps
    const code = await this.findCode(secret)
    if (code?.server.user === userName)
      throw new HubError('invalid', 'It is your own server: there is nothing to accept.')
    const share = code && (await shares.exchange(hashSecret(secret), userName, clock.now()))
    if (!share)
      throw new HubError('invalid', 'This link is not known, or no longer good. Ask for a new one.')
    return share
  }

  /** Voids one code, or all; what was accepted under them stays. @throws HubError `not_found` */
  async removeCodes(
    server: ServerId,
    which: { readonly secret: string } | { readonly id: number } | 'all',
  ): Promise<void> {
    await this.requireServer(server)
    const by =
      which === 'all' || 'id' in which ? which : ({ hash: hashSecret(which.secret) } as const)
    const removed = await this.#deps.shares.removeCodes(server, by)
    if (removed === 0 && which !== 'all') throw new HubError('not_found', 'there is no such code')
  }

  /** @throws HubError */
  async #offered(server: ServerId, { scopes, held }: Offer): Promise<readonly string[]> {
    const names = readScopes(server, scopes.length === 0 ? USUAL : scopes)
    await this.requireServer(server)
    const target = { user: server.user, server: server.name }
    for (const name of names) {
      if ((await this.#deps.rights.holdsOneOf(held, [name], target)) !== 'yes')
        throw new HubError('forbidden', `you cannot share ${name}, which you do not hold yourself`)
    }
    return names
  }

  async #exists({ kind, name }: ShareTarget): Promise<boolean> {
    const { users, groups } = this.#deps
    return (kind === 'user' ? await users.find(name) : await groups.find(name)) !== undefined
  }

  /** What they have open at the server ends; who may come in still comes in again. */
  async #close(server: ServerId, targets: readonly ShareTarget[]): Promise<void> {
    const { users, groups, ended } = this.#deps
    const names = new Set<string>()
    for (const { kind, name } of targets) {
      const members = kind === 'user' ? [name] : ((await groups.find(name))?.users ?? [])
      for (const member of members) if (member !== server.user) names.add(member)
    }
    for (const name of names) {
      const user = await users.find(name)
      if (user) await ended.toServers(user.id, [server])
    }
  }
}

const WORDS = { user: 'person', group: 'group' } as const

/** The scopes' names. @throws HubError `invalid` */
function readScopes({ user, name }: ServerId, scopes: readonly string[]): readonly string[] {
  const names = scopes.map((scope) => {
    const [base = '', ...filter] = scope.split('!')
    if (!SHAREABLE.has(base))
      throw new HubError('invalid', `${base.slice(0, 80)} is no scope that can be shared`)
    if (filter.length > 0 && filter.join('!') !== `server=${user}/${name}`)
      throw new HubError(
        'invalid',
        `a scope of a share is over its server alone: !server=${user}/${name}, or no filter`,
      )
    return base
  })
  return [...new Set(names)].toSorted()
}
