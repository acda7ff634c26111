import type { Kysely, Selectable } from 'kysely'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import type { NewToken, TokenStore } from '#core/domain/tokens/token-store.ts'
import type { Token } from '#core/domain/tokens/token.ts'
import type { User } from '#core/domain/users/user.ts'

import { guarded } from './store-error.ts'
import { stored, storedJson } from './stored.ts'
import type { Tables } from './tables.ts'
import { msOrNull, timeOrNull } from './time.ts'
import { toUser } from './user-store-sql.ts'

const Scopes = z.array(z.string())
const Kind = z.enum(['api', 'server', 'oauth'])

export class SqlTokenStore implements TokenStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  create(token: NewToken): Promise<Token> {
    return guarded(() =>
      this.#db.transaction().execute(async (db) => {
        await requireSession(db, token)
        const user = await db
          .selectFrom('users')
          .selectAll()
          .where('id', '=', token.userId)
          .executeTakeFirst()
        if (!user) throw new HubError('not_found', 'there is no such person')
        const row = await db
          .insertInto('tokens')
          .values({
            hash: token.hash,
            kind: token.kind,
            user_id: token.userId,
            scopes: JSON.stringify(token.scopes),
            note: token.note,
            client_id: token.clientId,
            session_id: token.sessionId,
            created_at: token.createdAt.getTime(),
            expires_at: msOrNull(token.expiresAt),
            last_activity: null,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        return toToken(row, toUser(user))
      }),
    )
  }

  findByHash(hash: string, now: Date): Promise<Token | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('tokens')
        .innerJoin('users', 'users.id', 'tokens.user_id')
        .selectAll('tokens')
        .select([
          'users.name',
          'users.admin',
          'users.created_at as user_since',
          'users.last_activity as user_active',
        ])
        .where('hash', '=', hash)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now.getTime())]))
        .executeTakeFirst()
      if (!row) return undefined
      const user = toUser({
        id: row.user_id,
        name: row.name,
        admin: row.admin,
        created_at: row.user_since,
        last_activity: row.user_active,
      })
      return toToken(row, user)
    })
  }

  list(userId: number): Promise<readonly Token[]> {
    return guarded(async () => {
      const user = await this.#db
        .selectFrom('users')
        .selectAll()
        .where('id', '=', userId)
        .executeTakeFirst()
      if (!user) return []
      const rows = await this.#db
        .selectFrom('tokens')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute()
      return rows.map((row) => toToken(row, toUser(user)))
    })
  }

  remove(id: number): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('tokens').where('id', '=', id).execute()
    })
  }

  removeOfClient(clientId: string): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('tokens').where('client_id', '=', clientId).execute()
    })
  }

  touch(id: number, at: Date): Promise<void> {
    return guarded(async () => {
      await this.#db
        .updateTable('tokens')
        .set({ last_activity: at.getTime() })
        .where('id', '=', id)
        .execute()
    })
  }

  prune(now: Date): Promise<number> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('tokens')
        .where('expires_at', '<=', now.getTime())
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
  }
}

/** Within the transaction that makes the token: whoever signs out in between is not left signed in somewhere. */
async function requireSession(
  db: Kysely<Tables>,
  { sessionId, createdAt }: NewToken,
): Promise<void> {
  if (sessionId === null) return
  const session = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('expires_at', '>', createdAt.getTime())
    .executeTakeFirst()
  if (!session) throw new HubError('forbidden', 'that browser has signed out')
}

function toToken(row: Selectable<Tables['tokens']>, user: User): Token {
  return {
    id: row.id,
    kind: stored(Kind, row.kind),
    user,
    scopes: storedJson(Scopes, row.scopes),
    note: row.note,
    clientId: row.client_id,
    sessionId: row.session_id,
    createdAt: new Date(row.created_at),
    expiresAt: timeOrNull(row.expires_at),
    lastActivity: timeOrNull(row.last_activity),
  }
}
