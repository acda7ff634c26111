import type { Kysely } from 'kysely'
import * as z from 'zod'

import type { ServiceStore } from '#core/domain/services/service-store.ts'
import type { Service } from '#core/domain/services/service.ts'

import { guarded } from './store-error.ts'
import { storedJson } from './stored.ts'
import type { Tables } from './tables.ts'

/** What is kept of a service beside its name. One that the API makes has no command. */
const Definition = z.object({
  url: z.string().nullable(),
  display: z.boolean(),
  info: z.record(z.string(), z.unknown()),
  admin: z.boolean(),
  clientId: z.string(),
  redirectUri: z.string().nullable(),
  noConfirm: z.boolean(),
  allowedScopes: z.array(z.string()),
})

export class SqlServiceStore implements ServiceStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  list(): Promise<readonly Service[]> {
    return guarded(async () => {
      const rows = await this.#db.selectFrom('services').selectAll().orderBy('name').execute()
      return rows.map(toService)
    })
  }

  find(name: string): Promise<Service | undefined> {
    return guarded(async () => {
      const row = await this.#db
        .selectFrom('services')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst()
      return row && toService(row)
    })
  }

  add(service: Service, now: Date): Promise<void> {
    return guarded(async () => {
      await this.#db
        .insertInto('services')
        .values({
          name: service.name,
          definition: JSON.stringify(Definition.parse(service)),
          created_at: now.getTime(),
        })
        .execute()
    })
  }

  remove(name: string): Promise<boolean> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('services')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    })
  }
}

function toService({ name, definition }: { name: string; definition: string }): Service {
  const read = storedJson(Definition, definition)
  return { ...read, name, command: [], environment: {}, cwd: '', from: 'api' }
}
