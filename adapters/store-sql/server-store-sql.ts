import type { ExpressionBuilder, Kysely, Updateable } from 'kysely'

import { HubError } from '#core/domain/errors.ts'
import type {
  ServerChange,
  ServerCondition,
  ServerDetails,
  ServerStore,
} from '#core/domain/servers/server-store.ts'
import type { Lease, Server, ServerId } from '#core/domain/servers/server.ts'

import { isOneOf } from './is-one-of.ts'
import { ReadCache, type Writes } from './read-cache.ts'
import { toRow, toServer } from './server-rows.ts'
import { guarded } from './store-error.ts'
import type { Tables } from './tables.ts'

const AT_REST = ['stopped', 'failed'] as const
const ACTIVE = ['spawning', 'ready', 'stopping'] as const
const UNDERWAY = ['spawning', 'stopping'] as const

export class SqlServerStore implements ServerStore {
  readonly #db: Kysely<Tables>
  readonly #ofPeople: ReadCache<readonly Server[]>
  /** Asked for every few seconds, and seldom another answer. */
  readonly #active: ReadCache<readonly Server[]>
  readonly #kind: 'sqlite' | 'postgres'

  constructor(
    db: Kysely<Tables>,
    { kind, writes }: { readonly kind: 'sqlite' | 'postgres'; readonly writes: Writes | undefined },
  ) {
    this.#db = db
    this.#kind = kind
    this.#ofPeople = new ReadCache(writes)
    this.#active = new ReadCache(writes)
  }

  find({ user, name }: ServerId): Promise<Server | undefined> {
    return guarded(async () => {
      const row = await this.#rows()
        .where('users.name', '=', user)
        .where('servers.name', '=', name)
        .executeTakeFirst()
      return row && toServer(row, row.owner)
    })
  }

  async ensure(id: ServerId, now: Date): Promise<Server> {
    const found = await this.find(id)
    if (found) return found
    await this.#insert(id, { displayName: '', userOptions: {} }, now)
    const made = await this.find(id)
    if (!made) throw new HubError('not_found', 'there is no such person')
    return made
  }

  async create(id: ServerId, about: ServerDetails, now: Date): Promise<Server> {
    if (!(await this.#insert(id, about, now)))
      throw new HubError('already_exists', 'there is such a server')
    const made = await this.find(id)
    if (!made) throw new HubError('not_found', 'there is no such person')
    return made
  }

  edit(
    id: ServerId,
    { name = id.name, ...about }: Partial<ServerDetails & { readonly name: string }>,
  ): Promise<Server | undefined> {
    return guarded(async () => {
      const update = this.#db
        .updateTable('servers')
        .set({ ...toRow(about), name })
        .where('name', '=', id.name)
        .where('user_id', '=', (eb) =>
          eb.selectFrom('users').select('id').where('name', '=', id.user),
        )
        .where('state', 'in', AT_REST)
      // A name that is taken is looked for in the same statement: two that take it at once find one another.
      const free = this.#db
        .selectFrom('servers as other')
        .innerJoin('users', 'users.id', 'other.user_id')
        .select('other.name')
        .where('users.name', '=', id.user)
        .where('other.name', '=', name)
      const row = await (name === id.name ? update : update.where((eb) => eb.not(eb.exists(free))))
        .returningAll()
        .executeTakeFirst()
      if (row) return toServer(row, id.user)
      if (name !== id.name && (await free.executeTakeFirst()))
        throw new HubError('already_exists', 'there is such a server')
      return undefined
    })
  }

  remove({ user, name }: ServerId): Promise<boolean> {
    return guarded(async () => {
      const { numDeletedRows } = await this.#db
        .deleteFrom('servers')
        .where('name', '=', name)
        .where('user_id', '=', (eb) => eb.selectFrom('users').select('id').where('name', '=', user))
        .where('state', 'in', AT_REST)
        .executeTakeFirst()
      return numDeletedRows > 0n
    })
  }

  listOf(userName: string): Promise<readonly Server[]> {
    return this.#ofPeople.read(userName, () =>
      guarded(async () => {
        const rows = await this.#rows()
          .where('users.name', '=', userName)
          .orderBy('servers.name')
          .execute()
        return rows.map((row) => toServer(row, row.owner))
      }),
    )
  }

  listOfAll(userNames: readonly string[]): Promise<readonly Server[]> {
    return guarded(async () => {
      const rows = await this.#rows()
        .where(isOneOf(this.#kind, 'users.name', userNames))
        .orderBy('servers.name')
        .execute()
      return rows.map((row) => toServer(row, row.owner))
    })
  }

  listActive(): Promise<readonly Server[]> {
    return this.#active.read('', () =>
      guarded(async () => {
        const rows = await this.#rows().where('state', 'in', ACTIVE).execute()
        return rows.map((row) => toServer(row, row.owner))
      }),
    )
  }

  countActive(userName: string): Promise<{ readonly all: number; readonly own: number }> {
    return guarded(async () => {
      const counted = await this.#db
        .selectFrom('servers')
        .innerJoin('users', 'users.id', 'servers.user_id')
        .where('state', 'in', ACTIVE)
        .select(({ fn, eb }) => [
          fn.countAll().as('all'),
          fn.sum(eb.case().when('users.name', '=', userName).then(1).else(0).end()).as('own'),
        ])
        .executeTakeFirst()
      return { all: Number(counted?.all ?? 0), own: Number(counted?.own ?? 0) }
    })
  }

  move(id: ServerId, from: ServerCondition, change: ServerChange): Promise<Server | undefined> {
    return guarded(async () => {
      const update = this.#db
        .updateTable('servers')
        // The name as it is: a change may be empty, a statement may not.
        .set({ ...toRow(change), name: id.name })
        .where('name', '=', id.name)
        .where('user_id', '=', (eb) =>
          eb.selectFrom('users').select('id').where('name', '=', id.user),
        )
        .where((eb) => eb.and(conditionsOf(eb, from)))
      const row = await update.returningAll().executeTakeFirst()
      return row && toServer(row, id.user)
    })
  }

  touch({ user, name }: ServerId, at: Date): Promise<void> {
    return guarded(async () => {
      const later = at.getTime()
      await this.#db
        .updateTable('servers')
        .set({ last_activity: later })
        .where('name', '=', name)
        .where('user_id', '=', (eb) => eb.selectFrom('users').select('id').where('name', '=', user))
        .where((eb) => eb.or([eb('last_activity', 'is', null), eb('last_activity', '<', later)]))
        .execute()
    })
  }

  /** Whether it was not there before. @throws HubError `not_found` for an unknown person */
  #insert(id: ServerId, about: ServerDetails, now: Date): Promise<boolean> {
    return guarded(async () => {
      const user = await this.#db
        .selectFrom('users')
        .select('id')
        .where('name', '=', id.user)
        .executeTakeFirst()
      if (!user) throw new HubError('not_found', 'there is no such person')
      const { numInsertedOrUpdatedRows } = await this.#db
        .insertInto('servers')
        .values({
          user_id: user.id,
          name: id.name,
          public_id: '',
          display_name: about.displayName,
          user_options: JSON.stringify(about.userOptions),
          wanted: 'stopped',
          state: 'stopped',
          state_since: now.getTime(),
          exempt: 0,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return (numInsertedOrUpdatedRows ?? 0n) > 0n
    })
  }

  listUnderway(): Promise<readonly Server[]> {
    return guarded(async () => {
      const rows = await this.#rows().where('state', 'in', UNDERWAY).execute()
      return rows.map((row) => toServer(row, row.owner))
    })
  }

  renewLeases({ holder, until }: Lease): Promise<void> {
    return this.#setLeases(holder, { lease_until: until.getTime() })
  }

  dropLeases(holder: string): Promise<void> {
    return this.#setLeases(holder, { lease_holder: null, lease_until: null })
  }

  #setLeases(holder: string, set: Updateable<Tables['servers']>): Promise<void> {
    return guarded(async () => {
      await this.#db
        .updateTable('servers')
        .set(set)
        .where('state', 'in', UNDERWAY)
        .where('lease_holder', '=', holder)
        .execute()
    })
  }

  #rows() {
    return this.#db
      .selectFrom('servers')
      .innerJoin('users', 'users.id', 'servers.user_id')
      .selectAll('servers')
      .select('users.name as owner')
  }
}

function conditionsOf(
  eb: ExpressionBuilder<Tables, 'servers'>,
  { states, publicId, holder, lease }: ServerCondition,
) {
  return [
    eb('state', 'in', states),
    ...(publicId === undefined ? [] : [eb('public_id', '=', publicId)]),
    ...(holder === undefined ? [] : [eb('lease_holder', '=', holder)]),
    ...(lease === undefined
      ? []
      : lease === null
        ? [eb('lease_holder', 'is', null)]
        : [eb('lease_holder', '=', lease.holder), eb('lease_until', '=', lease.until.getTime())]),
  ]
}
