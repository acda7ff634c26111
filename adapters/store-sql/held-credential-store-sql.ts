import { type Kysely, sql } from 'kysely'

import { hashSecret } from '#core/base/random.ts'
import type { HeldCredentialStore } from '#core/domain/sign-in/held-credential-store.ts'
import type { Token } from '#core/domain/tokens/token.ts'

import { selectPeople, toUser } from './person-rows.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { toToken } from './token-store-sql.ts'

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

  visitors(): Promise<readonly Token[]> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('tokens')
        .innerJoin('users', 'users.id', 'tokens.user_id')
        .selectAll('tokens')
        .where('tokens.kind', '=', 'oauth')
        .where('tokens.client_id', 'like', 'jupyterhub-user-%')
        // Nearly all are at home; of those whose name is quoted in the id it is not seen here.
        .where('tokens.client_id', '<>', sql<string>`'jupyterhub-user-' || users.name`)
        .orderBy('tokens.id')
        .execute()
      const ids = [...new Set(rows.flatMap(({ user_id: id }) => id ?? []))]
      const people = await selectPeople(this.#db).where('id', 'in', ids).execute()
      const users = new Map(people.map((row) => [row.id, toUser(row)]))
      return rows.flatMap((row) => {
        const user = users.get(row.user_id ?? 0)
        return user ? [toToken(row, { kind: 'user', user })] : []
      })
    })
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
