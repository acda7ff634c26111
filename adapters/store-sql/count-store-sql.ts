import type { Kysely } from 'kysely'

import type { Counts, CountStore } from '#core/domain/usage/count-store.ts'

import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

export class SqlCountStore implements CountStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  count(activeSince: readonly Date[]): Promise<Counts> {
    return guarded(async () => {
      const [people, servers, ...active] = await Promise.all([
        this.#people(null),
        this.#servers(),
        ...activeSince.map((since) => this.#people(since)),
      ])
      return { people, servers, active }
    })
  }

  async #people(since: Date | null): Promise<number> {
    const found = await this.#db
      .selectFrom('users')
      .$if(since !== null, (query) => query.where('last_activity', '>=', since?.getTime() ?? 0))
      .select((eb) => eb.fn.countAll().as('count'))
      .executeTakeFirst()
    return Number(found?.count ?? 0)
  }

  async #servers(): Promise<number> {
    const found = await this.#db
      .selectFrom('servers')
      .where('state', '=', 'ready')
      .select((eb) => eb.fn.countAll().as('count'))
      .executeTakeFirst()
    return Number(found?.count ?? 0)
  }
}
