import type { Kysely } from 'kysely'
import * as z from 'zod'

import type { Announcement, AnnouncementStore } from '#core/domain/announcements/announcement.ts'

import { guarded } from './store-error.ts'
import { stored } from './stored.ts'
import type { Tables } from './tables.ts'

const Level = z.enum(['info', 'warning', 'critical'])
const Place = z.enum(['login', 'home', 'all'])

export class SqlAnnouncementStore implements AnnouncementStore {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  get(): Promise<Announcement | undefined> {
    return guarded(async () => {
      const row = await this.#db.selectFrom('announcement').selectAll().executeTakeFirst()
      return (
        row && {
          text: row.text,
          level: stored(Level, row.level),
          where: stored(Place, row.place),
          until: row.until === null ? null : new Date(row.until),
          setAt: new Date(row.set_at),
          setBy: row.set_by,
        }
      )
    })
  }

  put({ text, level, where, until, setAt, setBy }: Announcement): Promise<void> {
    return guarded(async () => {
      const row = {
        text,
        level,
        place: where,
        until: until?.getTime() ?? null,
        set_at: setAt.getTime(),
        set_by: setBy,
      }
      await this.#db
        .insertInto('announcement')
        .values({ only_one: 1, ...row })
        .onConflict((conflict) => conflict.column('only_one').doUpdateSet(row))
        .execute()
    })
  }

  clear(): Promise<void> {
    return guarded(async () => {
      await this.#db.deleteFrom('announcement').execute()
    })
  }
}
