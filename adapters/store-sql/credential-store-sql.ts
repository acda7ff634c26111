import type { Kysely } from 'kysely'

import type { CredentialStore } from '#core/domain/sign-in/credential-store.ts'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

export class SqlCredentialStore implements CredentialStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  findHash(userName: string): Promise<string | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('credentials')
        .innerJoin('users', 'users.id', 'credentials.user_id')
        .select('credentials.hash')
        .where('users.name', '=', userName)
        .executeTakeFirst()
      return row?.hash
    })
  }

  setHash(userId: number, hash: string, at: Date): Promise<void> {
    return guarded(() => transact(this.#db, (db) => setHash(db, { userId, hash, at })))
  }
}

/** Also part of the transactions that use up a one-time link. */
export async function setHash(
  db: Kysely<Tables>,
  { userId, hash, at }: { readonly userId: number; readonly hash: string; readonly at: Date },
): Promise<void> {
  const set = { hash, set_at: at.getTime() }
  await db
    .insertInto('credentials')
    .values({ user_id: userId, ...set })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(set))
    .execute()
  await db.deleteFrom('links').where('user_id', '=', userId).execute()
}
