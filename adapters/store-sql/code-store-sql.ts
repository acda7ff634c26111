import type { Kysely } from 'kysely'
import * as z from 'zod'

import { type CodeStore, type Grant, SPENT_MS, type TakenCode } from '#core/oauth/code-store.ts'

import { guarded } from './store-error.ts'
import { storedJson } from './stored.ts'
import type { Tables } from './tables.ts'

const StoredGrant = z.object({
  clientId: z.string(),
  userId: z.number(),
  userName: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
  codeChallenge: z.string().nullable(),
  sessionId: z.string().nullable(),
})

export class SqlCodeStore implements CodeStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  put(codeHash: string, grant: Grant, expiresAt: Date): Promise<void> {
    return guarded(async () => {
      await this.#db
        .insertInto('oauth_codes')
        .values({
          hash: codeHash,
          grant_json: JSON.stringify(grant),
          user_id: grant.userId,
          expires_at: expiresAt.getTime(),
        })
        .execute()
    })
  }

  take(codeHash: string, now: Date): Promise<TakenCode | undefined> {
    return guarded(async () => {
      const taken = await this.#db
        .updateTable('oauth_codes')
        .set({ spent_at: now.getTime() })
        .where('hash', '=', codeHash)
        .where('spent_at', 'is', null)
        .where('expires_at', '>', now.getTime())
        .returning('grant_json')
        .executeTakeFirst()
      if (taken) return { is: 'good', grant: storedJson(StoredGrant, taken.grant_json) }
      const spent = await this.#db
        .updateTable('oauth_codes')
        .set({ replayed: 1 })
        .where('hash', '=', codeHash)
        .where('spent_at', 'is not', null)
        .returning('token_id')
        .executeTakeFirst()
      if (spent) return { is: 'spent', tokenId: spent.token_id }
      await this.#db.deleteFrom('oauth_codes').where('hash', '=', codeHash).execute()
      return undefined
    })
  }

  issued(codeHash: string, tokenId: number): Promise<boolean> {
    return guarded(async () => {
      const noted = await this.#db
        .updateTable('oauth_codes')
        .set({ token_id: tokenId })
        .where('hash', '=', codeHash)
        .returning('replayed')
        .executeTakeFirst()
      return noted?.replayed === 0
    })
  }

  prune(now: Date): Promise<number> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('oauth_codes')
        .where((eb) =>
          eb.or([
            eb('expires_at', '<=', now.getTime() - SPENT_MS),
            eb('spent_at', 'is', null).and('expires_at', '<=', now.getTime()),
          ]),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
  }
}
