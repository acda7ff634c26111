import type { Kysely } from 'kysely'

import type { ServerId } from '#core/domain/servers/server.ts'
import type { Paged, ServersOf, ShareStore } from '#core/domain/shares/share-store.ts'
import type { Share, ShareCode, ShareTarget } from '#core/domain/shares/share.ts'
import type { Page } from '#core/domain/users/user-store.ts'

import {
  lockServer,
  readScopes,
  selectCodes,
  selectShares,
  serverKeyOf,
  targetKeyOf,
  toCode,
  toShare,
  writeScopes,
} from './share-rows.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlShareStore implements ShareStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  grant(
    server: ServerId,
    { target, scopes }: { readonly target: ShareTarget; readonly scopes: readonly string[] },
    now: Date,
  ): Promise<Share> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const key = { ...(await lockServer(db, server)), ...(await targetKeyOf(db, target)) }
        return toShare(await addScopes(db, key, { scopes, now }))
      }),
    )
  }

  revoke(
    server: ServerId,
    target: ShareTarget,
    scopes: readonly string[] | null,
  ): Promise<Share | undefined> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        if (!(await one(db, server, target))) return undefined
        await lockServer(db, server)
        const found = await one(db, server, target)
        if (!found) return undefined
        const left = scopes === null ? [] : found.scopes.filter((scope) => !scopes.includes(scope))
        if (left.length === 0) {
          await db.deleteFrom('shares').where('id', '=', found.id).execute()
          return undefined
        }
        await db
          .updateTable('shares')
          .set({ scopes: writeScopes(left) })
          .where('id', '=', found.id)
          .execute()
        return { ...found, scopes: left }
      }),
    )
  }

  revokeAll(server: ServerId): Promise<readonly ShareTarget[]> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const rows = await selectShares(db)
          .where('owners.name', '=', server.user)
          .where('shares.server_name', '=', server.name)
          .execute()
        const ids = rows.map(({ id }) => id)
        await db.deleteFrom('shares').where('id', 'in', ids).execute()
        return rows.map((row) => toShare(row).target)
      }),
    )
  }

  find(server: ServerId, target: ShareTarget): Promise<Share | undefined> {
    return guarded(() => one(this.#db, server, target))
  }

  list({ user, server }: ServersOf, page: Page): Promise<Paged<Share>> {
    return guarded(async () => {
      const all = selectShares(this.#db)
        .where('owners.name', '=', user)
        .$if(server !== null, (query) => query.where('shares.server_name', '=', server ?? ''))
      return pageOf(all, page)
    })
  }

  listWith({ kind, name }: ShareTarget, page: Page): Promise<Paged<Share>> {
    return guarded(async () => {
      const all = selectShares(this.#db)
      if (kind === 'group') return pageOf(all.where('groups.name', '=', name), page)
      const his = this.#db
        .selectFrom('group_members')
        .innerJoin('users as members', 'members.id', 'group_members.user_id')
        .select('group_members.group_id')
        .where('members.name', '=', name)
      return pageOf(
        all.where((eb) => eb.or([eb('guests.name', '=', name), eb('shares.group_id', 'in', his)])),
        page,
      )
    })
  }

  addCode(
    server: ServerId,
    code: { readonly hash: string; readonly scopes: readonly string[]; readonly expiresAt: Date },
    now: Date,
  ): Promise<ShareCode> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        await db
          .insertInto('share_codes')
          .values({
            ...(await serverKeyOf(db, server)),
            hash: code.hash,
            scopes: writeScopes(code.scopes),
            created_at: now.getTime(),
            expires_at: code.expiresAt.getTime(),
          })
          .execute()
        const made = await selectCodes(db)
          .where('share_codes.hash', '=', code.hash)
          .executeTakeFirstOrThrow()
        return toCode(made)
      }),
    )
  }

  findCode(hash: string, now: Date): Promise<ShareCode | undefined> {
    return guarded(() => goodCode(this.#db, hash, now))
  }

  exchange(hash: string, userName: string, now: Date): Promise<Share | undefined> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const code = await goodCode(db, hash, now)
        if (!code) return undefined
        await lockServer(db, code.server)
        const used = await db
          .updateTable('share_codes')
          .set((eb) => ({
            exchanges: eb('exchanges', '+', 1),
            last_exchanged_at: now.getTime(),
          }))
          .where('hash', '=', hash)
          .where('expires_at', '>', now.getTime())
          .returning(['owner_id', 'server_name', 'scopes'])
          .executeTakeFirst()
        if (!used) return undefined
        const { scopes, ...server } = used
        const target = await targetKeyOf(db, { kind: 'user', name: userName })
        return toShare(
          await addScopes(db, { ...server, ...target }, { scopes: readScopes(scopes), now }),
        )
      }),
    )
  }

  listCodes({ user, server }: ServersOf, { offset, limit }: Page, now: Date) {
    return guarded(async () => {
      const all = selectCodes(this.#db)
        .where('owners.name', '=', user)
        .where('share_codes.expires_at', '>', now.getTime())
        .$if(server !== null, (query) => query.where('share_codes.server_name', '=', server ?? ''))
      const rows = await all.orderBy('share_codes.id').offset(offset).limit(limit).execute()
      const { total } = await all
        .clearSelect()
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      return { items: rows.map(toCode), total }
    })
  }

  removeCodes(
    server: ServerId,
    which: { readonly hash: string } | { readonly id: number } | 'all',
  ): Promise<number> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const { owner_id, server_name } = await serverKeyOf(db, server)
        const codes = db
          .deleteFrom('share_codes')
          .where('owner_id', '=', owner_id)
          .where('server_name', '=', server_name)
        const chosen =
          which === 'all'
            ? codes
            : 'id' in which
              ? codes.where('id', '=', which.id)
              : codes.where('hash', '=', which.hash)
        return Number((await chosen.executeTakeFirstOrThrow()).numDeletedRows)
      }),
    )
  }

  prune(now: Date): Promise<number> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('share_codes')
        .where('expires_at', '<=', now.getTime())
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
  }
}

interface ShareKey {
  readonly owner_id: number
  readonly server_name: string
  readonly user_id: number | null
  readonly group_id: number | null
}

/** What is shared with the same target already stays. */
async function addScopes(
  db: Kysely<Tables>,
  key: ShareKey,
  { scopes, now }: { readonly scopes: readonly string[]; readonly now: Date },
) {
  const before = await db
    .selectFrom('shares')
    .select(['id', 'scopes'])
    .where('owner_id', '=', key.owner_id)
    .where('server_name', '=', key.server_name)
    .where(
      key.user_id === null ? 'group_id' : 'user_id',
      '=',
      key.user_id === null ? key.group_id : key.user_id,
    )
    .executeTakeFirst()
  const all = writeScopes([...(before ? readScopes(before.scopes) : []), ...scopes])
  if (before)
    await db.updateTable('shares').set({ scopes: all }).where('id', '=', before.id).execute()
  const id =
    before?.id ??
    (
      await db
        .insertInto('shares')
        .values({ ...key, scopes: all, created_at: now.getTime() })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
  return selectShares(db).where('shares.id', '=', id).executeTakeFirstOrThrow()
}

async function one(
  db: Kysely<Tables>,
  { user, name }: ServerId,
  target: ShareTarget,
): Promise<Share | undefined> {
  const row = await selectShares(db)
    .where('owners.name', '=', user)
    .where('shares.server_name', '=', name)
    .where(target.kind === 'user' ? 'guests.name' : 'groups.name', '=', target.name)
    .executeTakeFirst()
  return row && toShare(row)
}

async function goodCode(
  db: Kysely<Tables>,
  hash: string,
  now: Date,
): Promise<ShareCode | undefined> {
  const row = await selectCodes(db)
    .where('share_codes.hash', '=', hash)
    .where('share_codes.expires_at', '>', now.getTime())
    .executeTakeFirst()
  return row && toCode(row)
}

async function pageOf(
  all: ReturnType<typeof selectShares>,
  { offset, limit }: Page,
): Promise<Paged<Share>> {
  const rows = await all.orderBy('shares.id').offset(offset).limit(limit).execute()
  const { total } = await all
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { items: rows.map(toShare), total }
}
