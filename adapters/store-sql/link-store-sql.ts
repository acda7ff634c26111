import { type Kysely, sql } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import type { LinkStore } from '#core/domain/sign-in/link-store.ts'
import type { User } from '#core/domain/users/user.ts'

import { setHash } from './credential-store-sql.ts'
import { insertPerson } from './new-people.ts'
import { groupNames, selectPeople, sharedScopes, toUser } from './person-rows.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'
import { transact } from './transact.ts'

const VOID =
  'This link is no longer good: it has been used, replaced, or is too old. Ask for a new one.'
const SET_UP_IS_OVER = 'This hub is set up already: there is an admin. Ask him for an account.'

export class SqlLinkStore implements LinkStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  hasAdmin(): Promise<boolean> {
    return guarded(() => hasAdmin(this.#db))
  }

  putSetUp(codeHash: string, expiresAt: Date): Promise<void> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        if (await hasAdmin(db)) throw new HubError('conflict', SET_UP_IS_OVER)
        const set = { code_hash: codeHash, expires_at: expiresAt.getTime() }
        // Hubs that start at the same time each put one: the last counts.
        await db
          .insertInto('links')
          .values({ kind: 'set-up', user_id: null, ...set })
          .onConflict((conflict) =>
            conflict.column('kind').where('kind', '=', sql.lit('set-up')).doUpdateSet(set),
          )
          .execute()
      }),
    )
  }

  useSetUp(
    codeHash: string,
    { name, passwordHash }: { readonly name: string; readonly passwordHash: string },
    now: Date,
  ): Promise<User> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        if (await hasAdmin(db)) throw new HubError('conflict', SET_UP_IS_OVER)
        await useUp(db, { kind: 'set-up', codeHash, now })
        const user = await insertPerson(db, { name, admin: true, createdAt: now })
        await setHash(db, { userId: user.id, hash: passwordHash, at: now })
        return user
      }),
    )
  }

  putSignUp(userId: number, codeHash: string, expiresAt: Date): Promise<void> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        await db.deleteFrom('links').where('user_id', '=', userId).execute()
        await db
          .insertInto('links')
          .values({
            kind: 'sign-up',
            user_id: userId,
            code_hash: codeHash,
            expires_at: expiresAt.getTime(),
          })
          .execute()
      }),
    )
  }

  findSignUp(codeHash: string, now: Date): Promise<User | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('links')
        .innerJoin('users', 'users.id', 'links.user_id')
        .selectAll('users')
        .select([groupNames, sharedScopes])
        .where('kind', '=', 'sign-up')
        .where('code_hash', '=', codeHash)
        .where('expires_at', '>', now.getTime())
        .executeTakeFirst()
      return row && toUser(row)
    })
  }

  useSignUp(codeHash: string, passwordHash: string, now: Date): Promise<User> {
    return guarded(() =>
      transact(this.#db, async (db) => {
        const userId = await useUp(db, { kind: 'sign-up', codeHash, now })
        const user = await selectPeople(db).where('id', '=', userId).executeTakeFirst()
        // Locked since the link was looked at: the code is as good as it was.
        if (!user || user.locked === 1) throw new HubError('forbidden', VOID)
        await setHash(db, { userId: user.id, hash: passwordHash, at: now })
        return toUser(user)
      }),
    )
  }
}

async function hasAdmin(db: Kysely<Tables>): Promise<boolean> {
  return (
    (await db
      .selectFrom('users')
      .select('id')
      .where('admin', '=', 1)
      .limit(1)
      .executeTakeFirst()) !== undefined
  )
}

/** Voids the code. @returns whose it was, null for the set-up code */
async function useUp(
  db: Kysely<Tables>,
  {
    kind,
    codeHash,
    now,
  }: { readonly kind: 'set-up' | 'sign-up'; readonly codeHash: string; readonly now: Date },
): Promise<number | null> {
  const used = await db
    .deleteFrom('links')
    .where('kind', '=', kind)
    .where('code_hash', '=', codeHash)
    .where('expires_at', '>', now.getTime())
    .returning('user_id')
    .executeTakeFirst()
  if (!used) throw new HubError('forbidden', VOID)
  return used.user_id
}
