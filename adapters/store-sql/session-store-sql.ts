import type { Kysely } from 'kysely'

import type { NewSession, SessionStore } from '#core/domain/sign-in/session-store.ts'
import type { Session } from '#core/domain/sign-in/session.ts'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { timeOrNull } from './time.ts'

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
        .select([
          'sessions.id as session_id',
          'sessions.created_at as began',
          'sessions.expires_at',
          'users.id',
          'name',
          'admin',
          'users.created_at',
          'last_activity',
        ])
        .where('secret_hash', '=', secretHash)
        .where('expires_at', '>', now.getTime())
        .executeTakeFirst()
      if (!row) return undefined
      const user = {
        id: row.id,
        name: row.name,
        admin: row.admin === 1,
        createdAt: new Date(row.created_at),
        lastActivity: timeOrNull(row.last_activity),
      }
      return {
        id: row.session_id,
        user,
        createdAt: new Date(row.began),
        expiresAt: new Date(row.expires_at),
      }
    })
  }

  remove(id: string): Promise<void> {
    return guarded(() =>
      this.#db.transaction().execute(async (db) => {
        await db.deleteFrom('tokens').where('session_id', '=', id).execute()
        await db.deleteFrom('sessions').where('id', '=', id).execute()
      }),
    )
  }

  prune(now: Date): Promise<number> {
    return guarded(() =>
      this.#db.transaction().execute(async (db) => {
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
