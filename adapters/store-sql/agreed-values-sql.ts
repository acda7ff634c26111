import type { Kysely } from 'kysely'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

/** Values that every hub of the database has to have alike, such as the key that cookies are signed with. */
export class SqlAgreedValues {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  /** The value of this name; `proposal` when there was none. Of several that propose at once, one is taken by all. */
  agree(name: string, proposal: string): Promise<string> {
    return guarded(async () => {
      await this.#db
        .insertInto('agreed_values')
        .values({ name, value: proposal })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const { value } = await this.#db
        .selectFrom('agreed_values')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return value
    })
  }
}
