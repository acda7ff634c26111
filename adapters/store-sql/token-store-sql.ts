import type { Kysely, Selectable } from 'kysely'
import * as z from 'zod'

import { HubError } from '#core/domain/errors.ts'
import type { NewToken, TokenStore } from '#core/domain/tokens/token-store.ts'
import type { Token, TokenOwner } from '#core/domain/tokens/token.ts'

import { selectPeople, toUser } from './person-rows.ts'
import { ReadCache, type Writes } from './read-cache.ts'
import { guarded } from './store-error.ts'
import { stored, storedJson } from './stored.ts'
import type { Tables } from './tables.ts'
import { msOrNull, timeOrNull } from './time.ts'
import { transact } from './transact.ts'

const Scopes = z.array(z.string())
const Kind = z.enum(['api', 'server', 'oauth', 'service'])

export class SqlTokenStore implements TokenStore {
  readonly #db: Kysely<Tables>
  readonly #known: ReadCache<Token | undefined>

  constructor(db: Kysely<Tables>, writes: Writes | undefined) {
    this.#db = db
    this.#known = new ReadCache(writes)
  }

  create(token: NewToken): Promise<Token> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        await requireSession(db, token)
        const owner = await ownerOf(db, token)
        const row = await db
          .insertInto('tokens')
          .values({
            hash: token.hash,
            kind: token.kind,
            user_id: token.userId,
            service: token.service,
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
        return toToken(row, owner)
      }),
    )
  }

  async findByHash(hash: string, now: Date): Promise<Token | undefined> {
    const token = await this.#known.read(hash, () => this.#findByHash(hash))
    return token && (token.expiresAt === null || token.expiresAt > now) ? token : undefined
  }

  #findByHash(hash: string): Promise<Token | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('tokens')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst()
      if (!row) return undefined
      if (row.service !== null) return toToken(row, { kind: 'service', service: row.service })
      const user = await selectPeople(this.#db).where('id', '=', row.user_id).executeTakeFirst()
      return user && toToken(row, { kind: 'user', user: toUser(user) })
    })
  }

  list(userId: number): Promise<readonly Token[]> {
    return guarded(async () => {
      const user = await selectPeople(this.#db).where('id', '=', userId).executeTakeFirst()
      if (!user) return []
      const rows = await this.#db
        .selectFrom('tokens')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute()
      return rows.map((row) => toToken(row, { kind: 'user', user: toUser(user) }))
    })
  }

  listOfService(service: string): Promise<readonly Token[]> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('tokens')
        .selectAll()
        .where('service', '=', service)
        .orderBy('id')
        .execute()
      return rows.map((row) => toToken(row, { kind: 'service', service }))
    })
  }

  removeOfService(service: string): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('tokens').where('service', '=', service).execute()
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

/** @throws HubError `not_found` for an unknown person */
async function ownerOf(db: Kysely<Tables>, { userId, service }: NewToken): Promise<TokenOwner> {
  if (service !== null) return { kind: 'service', service }
  const user = await selectPeople(db).where('id', '=', userId).executeTakeFirst()
  if (!user) throw new HubError('not_found', 'there is no such person')
  return { kind: 'user', user: toUser(user) }
}

export function toToken(row: Selectable<Tables['tokens']>, owner: TokenOwner): Token {
  return {
    id: row.id,
    kind: stored(Kind, row.kind),
    owner,
    scopes: storedJson(Scopes, row.scopes),
    note: row.note,
    clientId: row.client_id,
    sessionId: row.session_id,
    createdAt: new Date(row.created_at),
    expiresAt: timeOrNull(row.expires_at),
    lastActivity: timeOrNull(row.last_activity),
  }
}
