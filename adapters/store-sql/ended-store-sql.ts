import type { Kysely } from 'kysely'
import * as z from 'zod'

import type { EndedAccess, EndedStore } from '#core/domain/sign-in/ended-store.ts'

import { guarded } from './store-error.ts'
import { storedJson } from './stored.ts'
import type { Tables } from './tables.ts'

const Texts = z.array(z.string())

export class SqlEndedStore implements EndedStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  add({ hub, prefixes, credentials }: Omit<EndedAccess, 'id'>, at: Date): Promise<void> {
    return guarded(async () => {
      await this.#db
        .insertInto('ended_access')
        .values({
          hub,
          prefixes: JSON.stringify(prefixes),
          credentials: JSON.stringify(credentials),
          at: at.getTime(),
        })
        .execute()
    })
  }

  since(at: Date): Promise<readonly EndedAccess[]> {
    return guarded(async () => {
      const rows = await this.#db
        .selectFrom('ended_access')
        .selectAll()
        .where('at', '>=', at.getTime())
        .orderBy('id')
        .execute()
      return rows.map(({ id, hub, prefixes, credentials }) => ({
        id,
        hub,
        prefixes: storedJson(Texts.nullable(), prefixes),
        credentials: storedJson(Texts, credentials),
      }))
    })
  }

  prune(before: Date): Promise<number> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('ended_access')
        .where('at', '<', before.getTime())
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    })
  }
}
