import type { Kysely } from 'kysely'

import type { NewSession, SessionStore } from '#core/domain/sign-in/session-store.ts'
import type { Session } from '#core/domain/sign-in/session.ts'

import { groupNames, toUser } from './person-rows.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlSessionStore implements SessionStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  create({ id, secretHash, userId, createdAt, expiresAt }: NewSession): Promise<void> {
    return guarded(async () => {
      await this.#db
        .insertInto('sessions')
        .values({
          id,
          secret_hash: secretHash,
          user_id: userId,
          created_at: createdAt.getTime(),
          expires_at: expiresAt.getTime(),
        })
        .execute()
    })
  }

  findBySecret(secretHash: string, now: Date): Promise<Session | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .selectAll('users')
        .select(groupNames)
        .select([
          'sessions.id as session_id',
          'sessions.created_at as began',
          'sessions.expires_at',
        ])
        .where('secret_hash', '=', secretHash)
        .where('expires_at', '>', now.getTime())
        .executeTakeFirst()
      if (!row) return undefined
      return {
        id: row.session_id,
        user: toUser(row),
        createdAt: new Date(row.began),
        expiresAt: new Date(row.expires_at),
      }
    })
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
}
