import type { Kysely } from 'kysely'
import * as z from 'zod'

import type { CodeStore, Grant } from '#core/oauth/code-store.ts'

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

  take(codeHash: string, now: Date): Promise<Grant | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .deleteFrom('oauth_codes')
        .where('hash', '=', codeHash)
        .returningAll()
        .executeTakeFirst()
      return row && row.expires_at > now.getTime()
        ? storedJson(StoredGrant, row.grant_json)
        : undefined
    })
  }

  prune(now: Date): Promise<number> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('oauth_codes')
        .where('expires_at', '<=', now.getTime())
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
  }
}
