import type { Kysely } from 'kysely'

import { hashSecret } from '#core/base/random.ts'
import type { HeldCredentialStore } from '#core/domain/sign-in/held-credential-store.ts'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

/** What the proxy takes at once. */
const MOST = 10_000

export class SqlHeldCredentialStore implements HeldCredentialStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  ofPerson(userId: number): Promise<readonly string[]> {
    return guarded(async () => {
      const sessions = await this.#sessionsOf(userId).execute()
      const tokens = await this.#tokens().where('user_id', '=', userId).execute()
      return fingerprints(sessions, tokens)
    })
  }

  ofSessionsOf(userId: number): Promise<readonly string[]> {
    return guarded(async () => {
      const sessions = await this.#sessionsOf(userId).execute()
      const tokens = await this.#tokens()
        .where('session_id', 'in', this.#sessionsOf(userId))
        .execute()
      return fingerprints(sessions, tokens)
    })
  }

  ofSession(id: string): Promise<readonly string[]> {
    return guarded(async () => {
      const sessions = await this.#db
        .selectFrom('sessions')
        .select('id')
        .where('id', '=', id)
        .execute()
      const tokens = await this.#tokens().where('session_id', '=', id).execute()
      return fingerprints(sessions, tokens)
    })
  }

  ofTokens(ids: readonly number[]): Promise<readonly string[]> {
    return guarded(async () =>
      fingerprints([], await this.#tokens().where('id', 'in', ids).execute()),
    )
  }

  #sessionsOf(userId: number) {
    return this.#db.selectFrom('sessions').select('id').where('user_id', '=', userId)
  }

  #tokens() {
    // The youngest first: those are the ones in use.
    return this.#db.selectFrom('tokens').select('hash').orderBy('id', 'desc').limit(MOST)
  }
}

function fingerprints(
  sessions: readonly { readonly id: string }[],
  tokens: readonly { readonly hash: string }[],
): readonly string[] {
  return [...sessions.map(({ id }) => hashSecret(id)), ...tokens.map(({ hash }) => hash)].slice(
    0,
    MOST,
  )
}
