import type { ServerId } from '../servers/server.ts'
import type { Page } from '../users/user-store.ts'
import type { Share, ShareCode, ShareTarget } from './share.ts'

/** A page of shares or codes, in order of their making, and how many there are in all. */
export interface Paged<Item> {
  readonly items: readonly Item[]
  readonly total: number
}

/** Of one server, or of all of its owner's. */
export interface ServersOf {
  readonly user: string
  readonly server: string | null
}

export interface ShareStore {
  /**
   * Adds scopes to what is shared with the target already.
   * @throws HubError `not_found` when there is no such server, person or group
   */
  grant(
    server: ServerId,
    share: { readonly target: ShareTarget; readonly scopes: readonly string[] },
    now: Date,
  ): Promise<Share>
  /** Takes scopes away, or all with null. What is left; undefined when nothing is. */
  revoke(
    server: ServerId,
    target: ShareTarget,
    scopes: readonly string[] | null,
  ): Promise<Share | undefined>
  /** Takes everything away that is shared of the server. With whom it was shared. */
  revokeAll(server: ServerId): Promise<readonly ShareTarget[]>
  find(server: ServerId, target: ShareTarget): Promise<Share | undefined>
  list(of: ServersOf, page: Page): Promise<Paged<Share>>
  /** What is shared with a person, through his groups too, or with a group. */
  listWith(target: ShareTarget, page: Page): Promise<Paged<Share>>

  /** @throws HubError `not_found` when there is no such server */
  addCode(
    server: ServerId,
    code: { readonly hash: string; readonly scopes: readonly string[]; readonly expiresAt: Date },
    now: Date,
  ): Promise<ShareCode>
  /** Undefined when unknown or expired at `now`. */
  findCode(hash: string, now: Date): Promise<ShareCode | undefined>
  /** Gives the person the share that the code is for, and counts it. Undefined when unknown or expired at `now`. */
  exchange(hash: string, userName: string, now: Date): Promise<Share | undefined>
  listCodes(of: ServersOf, page: Page, now: Date): Promise<Paged<ShareCode>>
  /** Voids one code of the server's, or all of them; how many. */
  removeCodes(
    server: ServerId,
    which: { readonly hash: string } | { readonly id: number } | 'all',
  ): Promise<number>
  /** Deletes the codes that expired before `now`; how many. */
  prune(now: Date): Promise<number>
}
