import type { Kysely, Selectable } from 'kysely'

import type { NewSession, SessionStore } from '#core/domain/sign-in/session-store.ts'
import type { Session } from '#core/domain/sign-in/session.ts'

import { groupNames, type PersonRow, sharedScopes, toUser } from './person-rows.ts'
import { ReadCache, type Writes } from './read-cache.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlSessionStore implements SessionStore {
  readonly #db: Kysely<Tables>
  readonly #known: ReadCache<Session | undefined>

  constructor(db: Kysely<Tables>, writes: Writes | undefined) {
    this.#db = db
    this.#known = new ReadCache(writes)
  }

  create(session: NewSession): Promise<void> {
    return guarded(async () => {
      await this.#db
        .insertInto('sessions')
        .values({
          id: session.id,
          secret_hash: session.secretHash,
          user_id: session.userId,
          created_at: session.createdAt.getTime(),
          expires_at: session.expiresAt.getTime(),
          last_seen_at: session.createdAt.getTime(),
          address_prefix: session.addressPrefix,
          browser: session.browser,
        })
        .execute()
    })
  }

  async findBySecret(secretHash: string, now: Date): Promise<Session | undefined> {
    const session = await this.#known.read(secretHash, () => this.#findBySecret(secretHash, now))
    return session && session.expiresAt > now ? session : undefined
  }

  #findBySecret(secretHash: string, now: Date): Promise<Session | undefined> {
    return guarded(async () => {
      const row = await this.#good(now).where('secret_hash', '=', secretHash).executeTakeFirst()
      return row && toSession(row)
    })
  }

  listOf(userId: number, now: Date): Promise<readonly Session[]> {
    return guarded(async () => {
      const rows = await this.#good(now)
        .select((eb) =>
          eb
            .selectFrom('tokens')
            .whereRef('tokens.session_id', '=', 'sessions.id')
            .select((tokens) => tokens.fn.max('tokens.last_activity').as('last'))
            .as('tokens_used_at'),
        )
        .where('user_id', '=', userId)
        .orderBy('sessions.created_at', 'desc')
        .orderBy('sessions.id')
        .execute()
      return rows.map(toSession)
    })
  }

  touch(id: string, at: Date): Promise<void> {
    return guarded(async () => {
      await this.#db
        .updateTable('sessions')
        .set({ last_seen_at: at.getTime() })
        .where('id', '=', id)
        .where('last_seen_at', '<', at.getTime())
        .execute()
    })
  }

  removeOf(userId: number): Promise<void> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const own = db.selectFrom('sessions').select('id').where('user_id', '=', userId)
        await db.deleteFrom('tokens').where('session_id', 'in', own).execute()
        await db.deleteFrom('sessions').where('user_id', '=', userId).execute()
      }),
    )
  }

  remove(id: string): Promise<void> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        await db.deleteFrom('tokens').where('session_id', '=', id).execute()
        await db.deleteFrom('sessions').where('id', '=', id).execute()
      }),
    )
  }

  prune(now: Date): Promise<number> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const ended = db
          .selectFrom('sessions')
          .select('id')
          .where('expires_at', '<=', now.getTime())
        await db.deleteFrom('tokens').where('session_id', 'in', ended).execute()
        const { numDeletedRows } = await db
          .deleteFrom('sessions')
          .where('expires_at', '<=', now.getTime())
          .executeTakeFirstOrThrow()
        return Number(numDeletedRows)
      }),
    )
  }

  /** What has not expired, each with whose it is. */
  #good(now: Date) {
    return this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .selectAll('users')
      .select([groupNames, sharedScopes])
      .select([
        'sessions.id as session_id',
        'sessions.created_at as began',
        'sessions.expires_at',
        'sessions.last_seen_at',
        'sessions.address_prefix',
        'sessions.browser',
      ])
      .where('expires_at', '>', now.getTime())
  }
}

type SessionRow = PersonRow &
  Pick<
    Selectable<Tables['sessions']>,
    'expires_at' | 'last_seen_at' | 'address_prefix' | 'browser'
  > & {
    readonly session_id: string
    readonly began: number
    readonly tokens_used_at?: number | null
  }

function toSession(row: SessionRow): Session {
  return {
    id: row.session_id,
    user: toUser(row),
    createdAt: new Date(row.began),
    expiresAt: new Date(row.expires_at),
    lastSeenAt: new Date(Math.max(row.last_seen_at, row.tokens_used_at ?? 0)),
    addressPrefix: row.address_prefix,
    browser: row.browser,
  }
}
